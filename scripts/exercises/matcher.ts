import { contains, parseCidr } from '../base/cidr.ts';
import { nodeAliases, sameValue } from './compare.ts';
import type { Live } from './live.ts';
import type { Conditions, Matcher } from './matcher-schema.ts';
import { render, type Vars } from './render.ts';
import { asNumber } from './selectors.ts';
import type { Truth } from './truth-schema.ts';
import { readTruth } from './truth.ts';
import type { Scalar } from './value-types.ts';

/** Does the value fit; and in words what was wanted. */
export interface Judged {
  ok: boolean;
  wanted: string;
}

type Test = (value: string) => boolean;

function isWithin(range: string, value: string): boolean {
  try {
    if (!value.includes('/')) return contains(range, value);
    const outer = parseCidr(range);
    const inner = parseCidr(value);
    return inner.first >= outer.first && inner.last <= outer.last;
  } catch {
    return false;
  }
}

interface Compiled {
  wanted: string;
  test: Test;
}

async function truthValues(source: Truth, live: Live, vars: Vars): Promise<string[]> {
  return (await readTruth(source, live, vars)).values;
}

async function compile(matcherValue: Matcher, live: Live, vars: Vars): Promise<Compiled[]> {
  const c: Conditions = typeof matcherValue === 'object' ? matcherValue : { equals: matcherValue };
  const known = { ...live.attempt.vars, ...vars };
  const text = (value: Scalar): string => render(String(value), known);
  const aliases = c.type === 'node' ? await nodeAliases(live) : undefined;
  const same = (wanted: string): Test =>
    c.type ? (value) => sameValue(c.type ?? 'text', value, wanted, aliases) : (v) => v === wanted;
  const number = (value: number | string): number => asNumber(text(value));
  const found: Compiled[] = [];
  if (c.equals !== undefined) found.push({ wanted: text(c.equals), test: same(text(c.equals)) });
  if (c.not !== undefined) {
    const test = same(text(c.not));
    found.push({ wanted: `not ${text(c.not)}`, test: (value) => !test(value) });
  }
  if (c.in !== undefined) {
    const tests = c.in.map((one) => same(text(one)));
    const wanted = `one of ${c.in.map(text).join(', ')}`;
    found.push({ wanted, test: (value) => tests.some((test) => test(value)) });
  }
  if (c.matches !== undefined) {
    const pattern = new RegExp(text(c.matches));
    found.push({
      wanted: `text that fits ${pattern.source}`,
      test: (value) => pattern.test(value),
    });
  }
  if (c.at_least !== undefined) {
    const least = number(c.at_least);
    found.push({ wanted: `at least ${least}`, test: (value) => Number(value) >= least });
  }
  if (c.at_most !== undefined) {
    const most = number(c.at_most);
    found.push({ wanted: `at most ${most}`, test: (value) => Number(value) <= most });
  }
  if (c.within !== undefined) {
    const ranges =
      typeof c.within === 'string' ? [text(c.within)] : await truthValues(c.within, live, vars);
    const wanted = `inside ${ranges.join(' or ') || 'a range that cannot be read'}`;
    found.push({ wanted, test: (value) => ranges.some((range) => isWithin(range, value)) });
  }
  if (c.same_as !== undefined) {
    const values = await truthValues(c.same_as, live, vars);
    const tests = values.map(same);
    const wanted = values.join(' or ') || 'a value that cannot be read';
    found.push({ wanted, test: (value) => tests.some((test) => test(value)) });
  }
  if (c.differs_from !== undefined) {
    const values = await truthValues(c.differs_from, live, vars);
    const tests = values.map(same);
    // Without anything to differ from, the difference proves nothing.
    const wanted = `not ${values.join(' or ') || 'a value that cannot be read'}`;
    const test: Test = (value) => values.length > 0 && tests.every((one) => !one(value));
    found.push({ wanted, test });
  }
  return found;
}

/** Reads what the matcher compares with, and gives a test for any number of values. */
export async function prepareMatcher(
  matcherValue: Matcher,
  live: Live,
  vars: Vars = {},
): Promise<(value: string) => Judged> {
  const compiled = await compile(matcherValue, live, vars);
  const wanted = compiled.map((one) => one.wanted).join(' and ');
  return (value) => ({ ok: compiled.every(({ test }) => test(value)), wanted });
}
