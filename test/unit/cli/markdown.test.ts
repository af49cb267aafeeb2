import { expect, it } from 'vitest';
import { wrapItems } from '../../../scripts/cli/markdown.ts';

it('wraps items of lists below their text, and nothing else', () => {
  const text = [
    '  * one two three four five',
    '    * inner words that go on',
    '  1. first of all of them here',
    '  a line of code that is longer than that',
    '  * short',
  ].join('\n');
  expect(wrapItems(text, 18).split('\n')).toEqual([
    ...['  * one two three', '    four five'],
    ...['    * inner words', '      that go on'],
    ...['  1. first of all', '     of them here'],
    '  a line of code that is longer than that',
    '  * short',
  ]);
});

it('does not count what only colours', () => {
  expect(wrapItems('* \x1b[1mone two\x1b[22m three', 16)).toBe('* \x1b[1mone two\x1b[22m three');
});
