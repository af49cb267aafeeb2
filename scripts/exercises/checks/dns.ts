import { z } from 'zod';
import type { Argv } from '../../base/argv.ts';
import { LabError } from '../../base/errors.ts';
import type { ExecResult } from '../../nodes/node.ts';
import { findOrigins, findTargets } from '../ends.ts';
import type { Live } from '../live.ts';
import { some, type Outcome } from '../outcome.ts';
import { origin, target } from '../selectors.ts';
import { truth } from '../truth-schema.ts';
import { readTruth } from '../truth.ts';

/** A DNS question asked by pods or nodes, each with its own resolver unless `server` is given. */
export const dns = z.strictObject({
  kind: z.literal('dns'),
  from: z.array(origin).min(1),
  name: z.string(),
  type: z.enum(['A', 'AAAA', 'CNAME', 'SRV', 'PTR', 'TXT']).default('A'),
  server: target.optional(),
  expect: z
    .strictObject({
      records: truth.optional().describe('exactly these, in any order'),
      includes: truth.optional().describe('at least these'),
      none: z
        .strictObject({ control: z.string().describe('a name that must resolve meanwhile') })
        .optional(),
    })
    .refine((e) => Object.keys(e).length === 1, 'give one of records, includes, none'),
  timeout_seconds: z.number().min(1).max(10).default(3),
});

type Spec = z.infer<typeof dns>;

export interface Response {
  /** NOERROR, NXDOMAIN, SERVFAIL, …; or "no reply". */
  status: string;
  /** Data of the records of the wanted type, without final dots. */
  records: string[];
}

function digArgv(spec: Spec, name: string, server: string | undefined): Argv {
  const options = ['+noall', '+comments', '+answer', '+search', '+tries=2'];
  const limit = `+time=${Math.max(1, Math.floor(spec.timeout_seconds / 2))}`;
  return [
    'dig',
    ...options,
    limit,
    ...(server === undefined ? [] : [`@${server}`]),
    name,
    spec.type,
  ];
}

/** Reads what `dig +comments +answer` printed; of several answers (search list) the last counts. */
export function readResponse(type: string, { stdout, exitCode }: ExecResult): Response {
  const status = [...stdout.matchAll(/status: (\w+)/g)].at(-1)?.[1];
  if (exitCode !== 0 || status === undefined) return { status: 'no reply', records: [] };
  const records = stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(';'))
    .map((line) => line.split(/\s+/))
    .filter((fields) => fields[3] === type)
    .map((fields) => fields.slice(4).join(' ').replace(/\.$/, '').toLowerCase());
  return { status, records };
}

interface Wanted {
  words: string;
  /** What is wrong with a response, or undefined. */
  problem(response: Response): string | undefined;
}

async function wantedRecords(spec: Spec, live: Live): Promise<Wanted> {
  const source = spec.expect.records ?? spec.expect.includes;
  if (!source) throw new LabError('bad-check', 'a dns check expects nothing');
  const { values, missing } = await readTruth(source, live);
  const wanted = values.map((value) => value.replace(/\.$/, '').toLowerCase());
  const exact = spec.expect.records !== undefined;
  return {
    words: wanted.length === 0 ? 'records that match the lab' : wanted.join(', '),
    problem({ status, records }) {
      if (wanted.length === 0) return `nothing to compare with: ${missing}`;
      const lacks = wanted.some((one) => !records.includes(one));
      const more = exact && records.some((one) => !wanted.includes(one));
      if (!lacks && !more) return undefined;
      return records.length === 0 ? `${status}, no ${spec.type} record` : records.join(', ');
    },
  };
}

function noAnswer(spec: Spec, control: string): Wanted {
  return {
    words: `no ${spec.type} record, while ${control} resolves`,
    problem({ status, records }) {
      // A server that fails or is silent says nothing about the name.
      if (status !== 'NXDOMAIN' && status !== 'NOERROR') return `${status}: cannot tell`;
      return records.length === 0 ? undefined : records.join(', ');
    },
  };
}

export async function runDns(spec: Spec, live: Live): Promise<Outcome> {
  const control = spec.expect.none?.control;
  const wanted = control === undefined ? await wantedRecords(spec, live) : noAnswer(spec, control);
  const expected = `${spec.name} (${spec.type}): ${wanted.words}`;
  const [origins, servers] = await Promise.all([
    findOrigins(live, spec.from),
    findTargets(live, spec.server ? [spec.server] : []),
  ]);
  const missing = [...origins.missing, ...servers.missing];
  if (missing.length > 0) return { pass: false, actual: some(missing), expected };
  const names = control === undefined ? [spec.name] : [spec.name, control];
  const asked = origins.found.flatMap((from) => names.map((name) => ({ from, name })));
  const server = servers.found[0]?.address;
  const results = await live.run(
    asked.map(({ from: { node, inside }, name }) => {
      const argv = digArgv(spec, name, server);
      return { node, inside, names: true, argv, timeout: spec.timeout_seconds + 2 };
    }),
  );
  const problems = asked.flatMap(({ from, name }, i) => {
    const response = readResponse(spec.type, results[i] as ExecResult);
    if (name === control) {
      if (response.records.length > 0) return [];
      return [`${from.label}: cannot tell, ${name} does not resolve either (${response.status})`];
    }
    const problem = wanted.problem(response);
    return problem === undefined ? [] : [`${from.label}: ${problem}`];
  });
  const fine = `as expected for ${origins.found.map(({ label }) => label).join(', ')}`;
  return {
    pass: asked.length > 0 && problems.length === 0,
    actual: some(problems) || fine,
    expected,
  };
}
