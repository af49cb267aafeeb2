import { expect, it } from 'vitest';
import { parseAnswers } from '../../../scripts/cli/commands/exercise-answer.ts';

const parts = [
  { id: 'address', rows: [] },
  { id: 'macs', rows: ['node1', 'node2'] },
];

it('takes one answer for each part', () => {
  expect(parseAnswers(['address=10.0.0.1', 'macs=a=b'], parts)).toEqual([
    { part: 'address', value: '10.0.0.1' },
    { part: 'macs', value: 'a=b' },
  ]);
});

it('takes the rows of a table without quotes', () => {
  expect(parseAnswers(['macs=node1=aa', 'node2=bb', 'address=x'], parts)).toEqual([
    { part: 'macs', value: 'node1=aa node2=bb' },
    { part: 'address', value: 'x' },
  ]);
});

it('takes rows for the one table that has them', () => {
  expect(parseAnswers(['node1=aa', 'node2=bb', 'address=x'], parts)).toEqual([
    { part: 'macs', value: 'node1=aa node2=bb' },
    { part: 'address', value: 'x' },
  ]);
  expect(parseAnswers(['address=x', 'node1=aa'], parts)).toEqual([
    { part: 'address', value: 'x' },
    { part: 'macs', value: 'node1=aa' },
  ]);
  const two = [...parts, { id: 'ips', rows: ['node1', 'node2'] }];
  expect(parseAnswers(['ips=node1=1', 'node2=2'], two)).toEqual([
    { part: 'ips', value: 'node1=1 node2=2' },
  ]);
  expect(parseAnswers(['node1=aa'], two)).toEqual([{ part: 'node1', value: 'aa' }]);
});

it('lets an unknown part through, for its own message', () => {
  expect(parseAnswers(['adress=1'], parts)).toEqual([{ part: 'adress', value: '1' }]);
});

it('refuses a word that is no answer', () => {
  expect(() => parseAnswers(['10.0.0.1'], parts)).toThrow('is no answer');
});
