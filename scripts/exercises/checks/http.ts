import { z } from 'zod';
import type { Argv } from '../../base/argv.ts';
import type { ExecResult } from '../../nodes/node.ts';
import { findOrigins, findTargets, pairUp, type From, type To } from '../ends.ts';
import { jsonPathTexts } from '../json-path.ts';
import type { Live } from '../live.ts';
import { some, type Outcome } from '../outcome.ts';
import { asNumber, origin, target, wholeNumber } from '../selectors.ts';

/** An HTTP request from pods or nodes. */
export const http = z.strictObject({
  kind: z.literal('http'),
  from: z.array(origin).min(1),
  to: target.describe('with address: a name is looked up as the caller would'),
  pairs: z.enum(['all', 'other-node', 'same-node']).default('all'),
  port: wholeNumber.default(80),
  path: z.string().startsWith('/').default('/'),
  host: z.string().optional().describe('Host header'),
  expect: z
    .strictObject({
      status: wholeNumber.optional().describe('default 200'),
      body: z.string().optional().describe('regular expression'),
      header: z.record(z.string(), z.string()).optional().describe('name -> regular expression'),
      caller: z
        .literal('own-address')
        .optional()
        .describe("the body names one of the caller's own addresses: nothing translated it"),
    })
    .default({}),
  timeout_seconds: z.number().min(1).max(10).default(3),
});

type Spec = z.infer<typeof http>;

export interface Answered {
  status: number;
  /** Names in lower case. */
  headers: Map<string, string>;
  body: string;
}

function requestArgv(spec: Spec, to: To): Argv {
  const address = to.address.includes(':') ? `[${to.address}]` : to.address;
  const host = spec.host === undefined ? [] : ['--header', `Host: ${spec.host}`];
  const url = `http://${address}:${asNumber(spec.port)}${spec.path}`;
  const limit = ['--max-time', String(spec.timeout_seconds)];
  return [
    'curl',
    '--silent',
    '--show-error',
    '--noproxy',
    '*',
    '--include',
    ...limit,
    ...host,
    url,
  ];
}

/** Reads what `curl --include` printed; answers "100 Continue" before the real one are skipped. */
export function readAnswered(text: string): Answered {
  let rest = text;
  for (;;) {
    const [head = '', ...body] = rest.split(/\r?\n\r?\n/);
    const [first = '', ...lines] = head.split(/\r?\n/);
    const status = Number(/^HTTP\/\S+ (\d+)/.exec(first)?.[1] ?? 0);
    rest = body.join('\n\n');
    if (status >= 100 && status < 200) continue;
    const headers = lines.map((line): [string, string] => {
      const at = line.indexOf(':');
      return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()];
    });
    return { status, headers: new Map(headers), body: rest };
  }
}

function hasAddress(body: string, addresses: readonly string[]): boolean {
  const seen = body.match(/[0-9a-f:.]*[.:][0-9a-f:.]*[0-9a-f]/gi) ?? [];
  // A dual-stack server shows IPv4 callers as ::ffff:10.244.1.2.
  const plain = seen.map((one) => one.replace(/^::ffff:/i, '').replace(/^[:.]+/, ''));
  return plain.some((one) => addresses.includes(one));
}

function problemsOf(spec: Spec, from: From, result: ExecResult): string[] {
  if (result.exitCode !== 0) {
    return [result.stderr.trim().replace(/^curl: /, '') || `curl exit code ${result.exitCode}`];
  }
  const { status, headers, body } = readAnswered(result.stdout);
  const { expect } = spec;
  const problems: string[] = [];
  if (status !== asNumber(expect.status ?? 200)) problems.push(`status ${status}`);
  if (expect.body !== undefined && !new RegExp(expect.body, 'm').test(body)) {
    problems.push(`a body without it: ${body.trim().slice(0, 80).replaceAll(/\s+/g, ' ')}`);
  }
  for (const [name, pattern] of Object.entries(expect.header ?? {})) {
    const value = headers.get(name.toLowerCase());
    if (value === undefined) problems.push(`no header ${name}`);
    else if (!new RegExp(pattern).test(value)) problems.push(`header ${name}: ${value}`);
  }
  if (expect.caller && problems.length === 0 && !hasAddress(body, from.addresses)) {
    const said = body.trim().slice(0, 120).replaceAll(/\s+/g, ' ');
    problems.push(`the server saw another caller than ${from.addresses.join(' or ')}: ${said}`);
  }
  return problems;
}

/** Nodes have many addresses: those of all their links count as their own, except loopback and link-local ones. */
async function withAddresses(live: Live, origins: From[]): Promise<From[]> {
  const bare = origins.filter((from) => from.addresses.length === 0);
  const argv = ['ip', '-j', 'address', 'show'];
  const results = await live.run(bare.map(({ node, inside }) => ({ node, inside, argv })));
  return origins.map((from) => {
    const result = results[bare.indexOf(from)];
    if (!result) return from;
    const path = '[*].addr_info[?(@.scope=="global")].local';
    return { ...from, addresses: jsonPathTexts(JSON.parse(result.stdout), path) };
  });
}

function expectedWords(spec: Spec): string {
  const { expect } = spec;
  const parts = [
    `status ${asNumber(expect.status ?? 200)}`,
    ...(expect.body === undefined ? [] : [`a body that fits ${expect.body}`]),
    ...Object.entries(expect.header ?? {}).map(
      ([name, value]) => `header ${name} that fits ${value}`,
    ),
    ...(expect.caller ? ["the caller's own address in the answer"] : []),
  ];
  return `http port ${asNumber(spec.port)} ${spec.path}: ${parts.join(', ')}`;
}

export async function runHttp(spec: Spec, live: Live): Promise<Outcome> {
  const expected = expectedWords(spec);
  const [origins, targets] = await Promise.all([
    findOrigins(live, spec.from),
    findTargets(live, [spec.to]),
  ]);
  const froms = spec.expect.caller ? await withAddresses(live, origins.found) : origins.found;
  const pairs = pairUp(froms, targets.found, spec.pairs);
  const results = await live.run(
    pairs.map(([from, to]) => ({
      node: from.node,
      inside: from.inside,
      names: true,
      argv: requestArgv(spec, to),
      timeout: spec.timeout_seconds + 1,
    })),
  );
  const problems = [...origins.missing, ...targets.missing];
  if (pairs.length === 0 && problems.length === 0) problems.push('no pair to try');
  pairs.forEach(([from, to], i) => {
    const found = problemsOf(spec, from, results[i] as ExecResult);
    problems.push(...found.map((text) => `${from.label} -> ${to.label}: ${text}`));
  });
  const fine = `${pairs.length} of ${pairs.length} requests answered as expected`;
  return { pass: problems.length === 0, actual: some(problems) || fine, expected };
}
