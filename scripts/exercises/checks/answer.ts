import { z } from 'zod';
import { LabError } from '../../base/errors.ts';
import { rowsOf, splitItems } from '../answer-text.ts';
import { nodeAliases, sameValue, unquoted } from '../compare.ts';
import type { Answer, Live } from '../live.ts';
import { some, type Outcome } from '../outcome.ts';
import type { Part } from '../part-schema.ts';
import { readTruth } from '../truth.ts';
import { truth } from '../truth-schema.ts';

/** Compares the learner's answer to a part with a value read live. */
export const answer = z.strictObject({
  kind: z.literal('answer'),
  part: z.string(),
  truth: truth.describe('for a table: read once per row, with {{row}} set'),
  accept: z.enum(['all', 'any']).default('all').describe('any: one of several true values will do'),
  synonyms: z
    .record(z.string(), z.array(z.string()).min(1))
    .optional()
    .describe('true value -> other words for it that count as well'),
  strip: z.string().optional().describe('regular expression removed from both sides first'),
});

type Spec = z.infer<typeof answer>;

const typeWords: Record<Part['type'], string> = {
  text: 'text',
  number: 'a number',
  ip: 'an IP address',
  cidr: 'a range in the form ADDRESS/PREFIX',
  mac: 'a MAC address',
  interface: 'an interface name',
  node: 'a node, by name or address',
  pod: 'a pod name',
  kind: 'a kind of object',
  path: 'a path',
  'yes-no': 'yes or no',
};

function expectedWords(part: Part, live: boolean): string {
  const one = typeWords[part.type];
  const shape = {
    value: one,
    set: `a set, each ${one}`,
    list: `a list in the right order, each ${one}`,
    table: `for each row ${one}`,
  }[part.form];
  return live ? `${shape}, as it is in the lab now` : shape;
}

/** Knowledge, and what was so when the exercise was set up, are not read from the lab as it is. */
function isOfNow({ truth }: Spec): boolean {
  return truth.from !== 'fixed' && truth.from !== 'fact';
}

/** How one learner's value is held against one true value. */
type Same = (given: string, truth: string) => boolean;

async function comparer(spec: Spec, part: Part, live: Live): Promise<Same> {
  const aliases = part.type === 'node' ? await nodeAliases(live) : new Map<string, string>();
  const strip = spec.strip === undefined ? undefined : new RegExp(spec.strip, 'gi');
  const bare = (text: string): string => (strip ? unquoted(text).replace(strip, '') : text);
  return (given, truth) => {
    const also = Object.entries(spec.synonyms ?? {})
      .filter(([word]) => sameValue(part.type, bare(word), bare(truth), aliases))
      .flatMap(([, words]) => words);
    return [truth, ...also].some((one) => sameValue(part.type, bare(given), bare(one), aliases));
  };
}

function sameSet(given: string[], truth: string[], same: Same): boolean {
  return (
    given.every((one) => truth.some((two) => same(one, two))) &&
    truth.every((two) => given.some((one) => same(one, two)))
  );
}

function sameList(given: string[], truth: string[], same: Same): boolean {
  return given.length === truth.length && given.every((one, i) => same(one, truth[i] ?? ''));
}

/** `value`: with several different truths and no `accept: any` the question has no single answer. */
function isValue(spec: Spec, given: string, truth: string[], same: Same): boolean {
  const [first = '', ...rest] = truth;
  if (spec.accept === 'all' && rest.some((other) => !same(other, first))) {
    throw new LabError(
      'ambiguous-truth',
      `The true value of part "${spec.part}" is not one value`,
      {
        why: `${truth.length} different values were read`,
        hint: 'the exercise needs a narrower path, form: set, or accept: any',
      },
    );
  }
  return truth.some((one) => same(given, one));
}

function rightOrNot(spec: Spec, part: Part, given: string, truth: string[], same: Same): boolean {
  if (part.form === 'set') return sameSet(splitItems(given), truth, same);
  if (part.form === 'list') return sameList(splitItems(given), truth, same);
  return isValue(spec, given, truth, same);
}

async function table(spec: Spec, part: Part, given: Answer, live: Live): Promise<Outcome> {
  const expected = expectedWords(part, isOfNow(spec));
  const same = await comparer(spec, part, live);
  const rows = rowsOf(part, live.cluster);
  const cells = typeof given === 'string' ? {} : given;
  const problems = await Promise.all(
    rows.map(async (row) => {
      const cell = cells[row];
      const { values, missing } = await readTruth(spec.truth, live, { row });
      if (cell === undefined) return [`${row}: no answer yet`];
      if (values.length === 0) return [`${row}: nothing to compare with: ${missing}`];
      return isValue(spec, cell, values, same) ? [] : [`${row}: ${cell} is not right`];
    }),
  );
  const bad = problems.flat();
  const all = rows.map((row) => `${row}=${cells[row] ?? ''}`).join(' ');
  return { pass: bad.length === 0 && rows.length > 0, actual: some(bad, 9) || all, expected };
}

export async function runAnswer(spec: Spec, live: Live): Promise<Outcome> {
  const part = live.parts.find(({ id }) => id === spec.part);
  if (!part) throw new LabError('unknown-part', `There is no part "${spec.part}" in this exercise`);
  const expected = expectedWords(part, isOfNow(spec));
  const given = live.attempt.answers[spec.part];
  if (given === undefined) {
    // The criterion's reason is for those who have thought about it.
    return { pass: false, actual: `${part.id}: no answer yet`, expected, why: 'It is still open.' };
  }
  if (part.form === 'table') return table(spec, part, given, live);
  const text = typeof given === 'string' ? given : '';
  const { values, missing } = await readTruth(spec.truth, live);
  if (values.length === 0) {
    const actual = `${part.id}: ${text}; nothing to compare with: ${missing}`;
    return { pass: false, actual, expected };
  }
  const same = await comparer(spec, part, live);
  const pass = rightOrNot(spec, part, text, values, same);
  return { pass, actual: pass ? text : `${part.id}: ${text} is not right`, expected };
}
