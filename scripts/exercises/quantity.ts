import { z } from 'zod';
import { asNumber, templateOnly } from './selectors.ts';

const positive = z.union([z.number().int().min(1), z.string().regex(templateOnly)]);

/** Never zero: that something is gone is said with `absent`, which needs a positive control. */
export const quantity = z.strictObject({
  at_least: positive.optional(),
  equals: positive.optional(),
});

export interface Range {
  least: number;
  most: number;
  words: string;
}

/** How many are wanted; at least one unless it says otherwise, so that nothing passes by being empty. */
export function rangeOf(
  wanted: { at_least?: number | string | undefined; equals?: number | string | undefined } = {},
): Range {
  if (wanted.equals !== undefined) {
    const exact = asNumber(wanted.equals);
    return { least: exact, most: exact, words: `exactly ${exact}` };
  }
  const least = asNumber(wanted.at_least ?? 1);
  return { least, most: Infinity, words: `at least ${least}` };
}

/** "2 instead of exactly 3", or undefined when the count is right. */
export function countProblem(count: number, { least, most, words }: Range): string | undefined {
  return count >= least && count <= most ? undefined : `${count} instead of ${words}`;
}
