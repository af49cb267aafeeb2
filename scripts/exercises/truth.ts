import { LabError } from '../base/errors.ts';
import type { ExecResult } from '../nodes/node.ts';
import { jsonPathTexts } from './json-path.ts';
import { timedOut } from './jobs.ts';
import type { Live } from './live.ts';
import { findSpots, type Spot } from './pods.ts';
import { render, renderDeep, textsIn, type Vars } from './render.ts';
import type { Place } from './selectors.ts';
import type { Truth } from './truth-schema.ts';

/** True values as text. When there is none, `missing` says what could not be read. */
export interface Reading {
  values: string[];
  missing: string;
}

type Source<K extends Truth['from']> = Extract<Truth, { from: K }>;

const nothing = 'nothing was found';

function readings(values: string[], missing = nothing): Reading {
  return { values, missing };
}

async function readObject(truth: Source<'object'>, live: Live): Promise<Reading> {
  const { resource, name, namespace } = truth;
  const { items, unserved } = await live.get(truth);
  if (unserved) return readings([], unserved);
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  if (items.length === 0)
    return readings([], `there is no ${resource} ${name ?? ''}`.trim() + where);
  const root = name === undefined ? { items } : items[0];
  return readings(jsonPathTexts(root, truth.path));
}

/** What a command printed at each place; a place where it failed is told in `missing`. */
async function runAt(
  place: Place,
  argv: string[],
  live: Live,
): Promise<{ outputs: string[]; missing: string }> {
  const { spots, missing } = await findSpots(live, place);
  const names = place.on === undefined;
  const results = await live.run(
    spots.map(({ node, inside }) => ({ node, inside, names, argv, timeout: 10 })),
  );
  const failed = results.flatMap((result, i) => failure(result, argv, spots[i] as Spot));
  const outputs = results.filter(({ exitCode }) => exitCode === 0).map(({ stdout }) => stdout);
  return { outputs, missing: failed[0] ?? (spots.length === 0 ? missing : nothing) };
}

function failure(result: ExecResult, argv: string[], { label }: Spot): string[] {
  if (result.exitCode === 0) return [];
  const command = argv.join(' ');
  if (result.exitCode === timedOut) {
    throw new LabError('probe-timeout', `${command} did not end on ${label}`);
  }
  const said = result.stderr.trim().split('\n').at(-1) || `exit code ${result.exitCode}`;
  return [`"${command}" on ${label}: ${said}`];
}

async function readJson(truth: Source<'json'>, live: Live): Promise<Reading> {
  const { outputs, missing } = await runAt(truth, truth.argv, live);
  const values = outputs.flatMap((text) => {
    try {
      // iproute2 prints nothing at all for an empty list.
      return jsonPathTexts(text.trim() === '' ? [] : JSON.parse(text), truth.path);
    } catch (cause) {
      throw new LabError('bad-truth', `${truth.argv.join(' ')} printed no JSON`, { cause });
    }
  });
  return readings(values, missing);
}

/** A whole text: every match of the pattern, or without one its lines. */
function valuesOfText(text: string, match: string | undefined): string[] {
  if (match === undefined) {
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  }
  return [...text.matchAll(new RegExp(match, 'gm'))].map((found) => found[1] ?? found[0]);
}

async function readText(truth: Source<'command' | 'file'>, live: Live): Promise<Reading> {
  const argv = truth.from === 'file' ? ['cat', '--', truth.path] : truth.argv;
  const { outputs, missing } = await runAt(truth, argv, live);
  return readings(
    outputs.flatMap((text) => valuesOfText(text, truth.match)),
    missing,
  );
}

function readFixed(truth: Source<'fixed'>, vars: Vars): Reading {
  if (truth.values) return readings(truth.values.map(String));
  const row = vars.row ?? '';
  const value = truth.rows?.[row];
  return readings(value === undefined ? [] : [String(value)], `no true value for row "${row}"`);
}

async function readSource(truth: Truth, live: Live, vars: Vars): Promise<Reading> {
  switch (truth.from) {
    case 'object':
      return readObject(truth, live);
    case 'json':
      return readJson(truth, live);
    case 'command':
    case 'file':
      return readText(truth, live);
    case 'fact':
      return readings(
        [...(live.attempt.facts[truth.name] ?? [])],
        'it was not recorded when the exercise was started',
      );
    case 'fixed':
      return readFixed(truth, vars);
  }
}

function narrow(reading: Reading, truth: Truth): Reading {
  const { match, from, as } = truth;
  const wholeText = from === 'file' || from === 'command';
  const values =
    match === undefined || wholeText
      ? reading.values
      : reading.values.flatMap((value) => valuesOfText(value, match));
  if (as === 'count') return readings([String(values.length)]);
  if (as === 'exists') return readings([values.length > 0 ? 'yes' : 'no']);
  return readings(values, reading.values.length > 0 ? 'nothing fits the pattern' : reading.missing);
}

/**
 * Reads a truth. `vars` are variables beyond those of the attempt, such as `row`.
 * @throws LabError when the lab cannot be read at all.
 */
export async function readTruth(truth: Truth, live: Live, vars: Vars = {}): Promise<Reading> {
  const known: Record<string, string> = { ...live.attempt.vars, ...vars };
  for (const [name, source] of Object.entries(truth.let ?? {})) {
    const { values, missing } = await readTruth(source, live, known);
    const [first] = values;
    if (first === undefined) return readings([], missing);
    known[name] = first;
  }
  const { let: _bound, ...rest } = truth;
  // A name that is still unknown is a mistake in the exercise; better said than searched for.
  textsIn(rest).forEach((text) => render(text, known));
  const ready = renderDeep(rest as Truth, known);
  return narrow(await readSource(ready, live, known), ready);
}
