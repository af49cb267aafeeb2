import { z } from 'zod';
import { jsonPathTexts } from '../json-path.ts';
import type { Found, KubeObject, Live } from '../live.ts';
import { prepareMatcher } from '../matcher.ts';
import { matcher } from '../matcher-schema.ts';
import { some, type Outcome } from '../outcome.ts';
import { countProblem, quantity, rangeOf } from '../quantity.ts';
import { renderDeep, type Vars } from '../render.ts';
import { objectQuery, variableName, type ObjectQuery } from '../truth-schema.ts';

const condition = z.strictObject({ path: z.string(), is: matcher });

/** State of API objects. */
export const object = z
  .strictObject({
    kind: z.literal('object'),
    ...objectQuery,
    where: z.array(condition).optional().describe('only objects for which all of these hold'),
    items: quantity.optional().describe('how many objects; default at least 1'),
    bind: z
      .record(variableName, z.string())
      .optional()
      .describe('variables from each object: name -> JSONPath, for use in expect'),
    expect: z.array(condition).optional().describe('must hold for each object'),
    each: z.enum(['every', 'any']).default('every'),
    distinct: z.string().optional().describe('JSONPath whose values must all differ'),
    absent: z
      .strictObject({ while: z.strictObject(objectQuery) })
      .optional()
      .describe('no such object, while another one is there (the positive control)'),
  })
  .refine((o) => !(o.absent && (o.expect || o.items || o.distinct || o.bind)), {
    message: 'absent stands alone: no expect, items, distinct or bind beside it',
  });

type Spec = z.infer<typeof object>;
type Condition = z.infer<typeof condition>;

function queryInWords(query: ObjectQuery): string {
  const { resource, name, selector, namespace } = query;
  const which = name ?? (selector === undefined ? '' : `with ${selector}`);
  return (
    `${resource} ${which}`.trim() + (namespace === undefined ? '' : ` in namespace ${namespace}`)
  );
}

function label(item: KubeObject): string {
  return `${item.kind} ${item.metadata.name}`;
}

function emptyBecause(found: Found, query: ObjectQuery): string {
  return found.unserved ?? `there is no ${queryInWords(query)}`;
}

async function absence(spec: Spec, witness: ObjectQuery, live: Live): Promise<Outcome> {
  const expected = `no ${queryInWords(spec)}, while ${queryInWords(witness)} is there`;
  const [found, control] = await Promise.all([live.get(spec), live.get(witness)]);
  if (found.unserved) return { pass: false, actual: found.unserved, expected };
  if (control.items.length === 0) {
    const actual = `cannot tell: ${emptyBecause(control, witness)} either`;
    return { pass: false, actual, expected };
  }
  const left = await filtered(spec, found.items, live);
  if (left.length > 0) {
    return { pass: false, actual: `still there: ${some(left.map(label))}`, expected };
  }
  return { pass: true, actual: `no ${queryInWords(spec)}`, expected };
}

/** The objects for which all of `where` holds. */
async function filtered(spec: Spec, items: KubeObject[], live: Live): Promise<KubeObject[]> {
  const tests = await Promise.all(
    (spec.where ?? []).map(async ({ path, is }) => ({
      path,
      test: await prepareMatcher(is, live),
    })),
  );
  return items.filter((item) =>
    tests.every(({ path, test }) => {
      const values = jsonPathTexts(item, path);
      return (values.length === 0 ? [''] : values).some((value) => test(value).ok);
    }),
  );
}

interface Verdict {
  ok: boolean;
  wanted: string;
  seen: string;
}

/** What is wrong with an object: one text per condition that does not hold. */
async function judge(spec: Spec, item: KubeObject, live: Live): Promise<Verdict[]> {
  const vars: Record<string, string> = {};
  for (const [name, path] of Object.entries(spec.bind ?? {})) {
    vars[name] = jsonPathTexts(item, path)[0] ?? '';
  }
  return Promise.all((spec.expect ?? []).map((one) => holds(one, item, live, vars)));
}

async function holds(one: Condition, item: KubeObject, live: Live, vars: Vars): Promise<Verdict> {
  const { path } = renderDeep(one, { ...live.attempt.vars, ...vars });
  const test = await prepareMatcher(one.is, live, vars);
  const values = jsonPathTexts(item, path);
  const bad = values.find((value) => !test(value).ok);
  const seen = values.length === 0 ? 'missing' : (bad ?? values[0] ?? '');
  return {
    ok: values.length > 0 && bad === undefined,
    wanted: `${path} is ${test(seen).wanted}`,
    seen: `${label(item)}: ${path} is ${seen}`,
  };
}

function repeated(items: KubeObject[], path: string): string[] {
  const values = items.flatMap((item) => jsonPathTexts(item, path));
  if (values.length < items.length) return [`${path} is missing somewhere`];
  const twice = values.filter((value, i) => values.indexOf(value) !== i);
  return [...new Set(twice)].map((value) => `${path} is ${value} more than once`);
}

export async function runObject(spec: Spec, live: Live): Promise<Outcome> {
  if (spec.absent) return absence(spec, spec.absent.while, live);
  const found = await live.get(spec);
  const items = await filtered(spec, found.items, live);
  const range = rangeOf(spec.items);
  const verdicts = await Promise.all(items.map((item) => judge(spec, item, live)));
  const wanted = [...new Set(verdicts.flat().map((verdict) => verdict.wanted))];
  const expected = [
    `${range.words} ${queryInWords(spec)}`,
    ...(wanted.length > 0
      ? [`${spec.each === 'any' ? 'one' : 'each'} with ${wanted.join(' and ')}`]
      : []),
    ...(spec.distinct === undefined ? [] : [`each with its own ${spec.distinct}`]),
  ].join(', ');

  const miscount = countProblem(items.length, range);
  if (miscount !== undefined) {
    const why = found.items.length === 0 ? emptyBecause(found, spec) : miscount;
    return { pass: false, actual: why, expected };
  }
  const failing = verdicts.filter((all) => all.some(({ ok }) => !ok));
  const good = spec.each === 'any' ? failing.length < items.length : failing.length === 0;
  const bad = failing.flat().filter(({ ok }) => !ok);
  const twice = spec.distinct === undefined ? [] : repeated(items, spec.distinct);
  const problems = [...(good ? [] : bad.map(({ seen }) => seen)), ...twice];
  const fine = verdicts.flat().map(({ seen }) => seen);
  return {
    pass: problems.length === 0,
    actual: some(problems.length > 0 ? problems : fine.length > 0 ? fine : items.map(label)),
    expected,
  };
}
