import { expect, it } from 'vitest';
import type { Result } from '../../../scripts/exercises/outcome.ts';
import { reportResult, wrap } from '../../../scripts/exercises/report.ts';

const result: Result = {
  ...{ id: 'net-99', status: 'partial', score: 4, max: 10 },
  criteria: [
    {
      id: 'a',
      title: 'There',
      status: 'pass',
      points: 4,
      max: 4,
      actual: '',
      expected: '',
      why: '',
    },
    {
      ...{ id: 'b', title: 'Reached', status: 'fail', points: 0, max: 6, actual: 'no answer' },
      ...{ expected: 'each pair reachable by icmp', why: 'One way is not enough.' },
    },
  ],
};

it('a report says for what failed what was seen, what was expected, and why', () => {
  expect(reportResult(result)).toBe(
    `net-99: 4 of 10 points, partly done
  ok       4/4  There
  FAIL     0/6  Reached
       actual    no answer
       expected  each pair reachable by icmp
       why       One way is not enough.`,
  );
});

it('a report fits the terminal, and has its marks coloured', () => {
  const lines = reportResult(result, 34, (status, text) => `<${status}>${text}`).split('\n');
  expect(lines.slice(1)).toEqual([
    '  <pass>ok       4/4  There',
    '  <fail>FAIL     0/6  Reached',
    '       actual    no answer',
    '       expected  each pair',
    '                 reachable by icmp',
    '       why       One way is not',
    '                 enough.',
  ]);
});

it('words that are longer than a line stay whole', () => {
  expect(wrap('a loooooong word', 6)).toEqual(['a', 'loooooong', 'word']);
});
