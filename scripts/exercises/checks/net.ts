import { z } from 'zod';
import type { Argv } from '../../base/argv.ts';
import type { ExecResult } from '../../nodes/node.ts';
import { jsonPathTexts } from '../json-path.ts';
import type { Live } from '../live.ts';
import { prepareMatcher } from '../matcher.ts';
import { matcher, type Matcher } from '../matcher-schema.ts';
import { some, type Outcome } from '../outcome.ts';
import { findSpots, type Spot } from '../pods.ts';
import { countProblem, quantity, rangeOf } from '../quantity.ts';
import { onePlace, onePlaceMessage, place } from '../selectors.ts';

/** Field of an `ip -j` / `bridge -j` row (name or JSONPath) -> what it must be. */
const fields = z.record(z.string(), matcher);

/** Routes, links, addresses, neighbours, forwarding entries, rules: on nodes or in pods. */
export const net = z
  .strictObject({
    kind: z.literal('net'),
    ...place,
    view: z.enum(['route', 'link', 'address', 'neighbour', 'fdb', 'rule', 'route-to']),
    dev: z.string().optional(),
    to: z.string().optional().describe('view route-to: the destination that is looked up'),
    table: z.string().optional().describe('view route: the table; default main'),
    where: fields.optional().describe('only rows for which all of these hold'),
    expect: fields.optional().describe('must hold for each row left'),
    each: z.enum(['every', 'any']).default('every'),
    rows: quantity.optional().describe('how many rows; default at least 1'),
    absent: z
      .strictObject({ while: fields })
      .optional()
      .describe('no row fits `where`, while some row fits this (the positive control)'),
  })
  .refine(onePlace, onePlaceMessage)
  .refine(
    (n) => (n.view === 'route-to') === (n.to !== undefined),
    'route-to and only it needs `to`',
  )
  .refine((n) => !(n.absent && (n.expect || n.rows)), 'absent takes no expect and no rows')
  .refine((n) => !n.absent || n.where, 'absent needs where: the rows that must be gone');

type Spec = z.infer<typeof net>;
type Row = Record<string, unknown>;

/** The command of a view: what a person would type, with -j for JSON. */
export function viewArgv({
  view,
  dev,
  to,
  table,
}: Pick<Spec, 'view' | 'dev' | 'to' | 'table'>): Argv {
  const device = dev === undefined ? [] : ['dev', dev];
  switch (view) {
    case 'route':
      return ['ip', '-j', 'route', 'show', 'table', table ?? 'main', ...device];
    case 'route-to':
      return ['ip', '-j', 'route', 'get', to ?? ''];
    case 'link':
      return ['ip', '-j', '-d', 'link', 'show', ...device];
    case 'address':
      return ['ip', '-j', 'address', 'show', ...device];
    case 'neighbour':
      return ['ip', '-j', 'neighbour', 'show', ...device];
    case 'fdb':
      return ['bridge', '-j', 'fdb', 'show', ...device];
    case 'rule':
      return ['ip', '-j', 'rule', 'show'];
  }
}

/** One row per address, with what belongs to its link. */
function addressRows(links: Row[]): Row[] {
  return links.flatMap((link) => {
    const { addr_info: addresses, ...rest } = link;
    return Array.isArray(addresses) ? addresses.map((one: Row) => ({ ...rest, ...one })) : [];
  });
}

function rowsFrom(view: Spec['view'], { stdout, exitCode }: ExecResult): Row[] {
  // An unknown device or destination is an exit code: there are no rows then, whatever was printed.
  if (exitCode !== 0 || stdout.trim() === '') return [];
  // `ip -j` prints {} for entries that its filter leaves out.
  const rows = (JSON.parse(stdout) as Row[]).filter((row) => Object.keys(row).length > 0);
  return view === 'address' ? addressRows(rows) : rows;
}

function fieldTexts(row: Row, field: string): string[] {
  return jsonPathTexts(row, /^[\w-]+$/.test(field) ? `['${field}']` : field);
}

interface FieldTest {
  misses: (row: Row) => string[];
  wanted: string;
}

/** For each row, the fields that are not as wanted. A field that is not there fits nothing. */
async function prepare(wanted: Record<string, Matcher>, live: Live): Promise<FieldTest> {
  const tests = await Promise.all(
    Object.entries(wanted).map(async ([field, is]) => ({
      field,
      test: await prepareMatcher(is, live),
    })),
  );
  return {
    wanted: tests.map(({ field, test }) => `${field} ${test('').wanted}`).join(', '),
    misses: (row) =>
      tests.flatMap(({ field, test }) => {
        const values = fieldTexts(row, field);
        if (values.length > 0 && values.every((value) => test(value).ok)) return [];
        return [`${field} is ${values.join(' ') || 'missing'}`];
      }),
  };
}

function rowInWords(view: Spec['view'], row: Row): string {
  const { dst, ifname, dev, gateway, local, lladdr, mac, operstate } = row;
  const parts =
    view === 'link' ? [ifname, operstate] : [dst, local, mac, lladdr, gateway, dev ?? ifname];
  return parts.filter((part) => typeof part === 'string').join(' ');
}

/** What is wrong at one place. */
async function judge(spec: Spec, spot: Spot, rows: Row[], live: Live): Promise<string[]> {
  const where = await prepare(spec.where ?? {}, live);
  const left = rows.filter((row) => where.misses(row).length === 0);
  const shown = (list: Row[]): string =>
    some(
      list.map((row) => rowInWords(spec.view, row)),
      3,
    );
  if (spec.absent) {
    const control = await prepare(spec.absent.while, live);
    if (!rows.some((row) => control.misses(row).length === 0)) {
      return [`${spot.label}: cannot tell, no ${spec.view} with ${control.wanted} either`];
    }
    return left.length === 0 ? [] : [`${spot.label}: still there: ${shown(left)}`];
  }
  const miscount = countProblem(left.length, rangeOf(spec.rows));
  if (miscount !== undefined) {
    const which = where.wanted === '' ? '' : ` with ${where.wanted}`;
    return [`${spot.label}: ${miscount} ${spec.view}${which}`];
  }
  const expect = await prepare(spec.expect ?? {}, live);
  const bad = left
    .map((row) => ({ row, misses: expect.misses(row) }))
    .filter((b) => b.misses.length);
  if (bad.length === 0 || (spec.each === 'any' && bad.length < left.length)) return [];
  return bad.map(({ row, misses }) => `${spot.label}: ${shown([row])}: ${misses.join(', ')}`);
}

async function expectedWords(spec: Spec, live: Live): Promise<string> {
  const where = (await prepare(spec.where ?? {}, live)).wanted;
  const which = `${spec.view}${where === '' ? '' : ` with ${where}`}`;
  if (spec.absent) return `no ${which}`;
  const expect = (await prepare(spec.expect ?? {}, live)).wanted;
  return `${rangeOf(spec.rows).words} ${which}${expect === '' ? '' : `, ${spec.each === 'any' ? 'one' : 'each'} with ${expect}`}`;
}

export async function runNet(spec: Spec, live: Live): Promise<Outcome> {
  const expected = await expectedWords(spec, live);
  const { spots, missing } = await findSpots(live, spec);
  if (spots.length === 0) return { pass: false, actual: missing, expected };
  const argv = viewArgv(spec);
  const results = await live.run(spots.map(({ node, inside }) => ({ node, inside, argv })));
  const judged = await Promise.all(
    spots.map(async (spot, i) => {
      const result = results[i] as ExecResult;
      const found = await judge(spec, spot, rowsFrom(spec.view, result), live);
      const said = result.exitCode === 0 ? '' : ` (${result.stderr.trim()})`;
      return found.map((text) => text + said);
    }),
  );
  const problems = judged.flat();
  const fine = `as expected on ${spots.map(({ label }) => label).join(', ')}`;
  return { pass: problems.length === 0, actual: some(problems) || fine, expected };
}
