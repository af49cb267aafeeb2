import { z } from 'zod';
import { LabError } from '../../base/errors.ts';
import { sleep } from '../../base/until.ts';
import type { Node } from '../../nodes/node.ts';
import { findOrigins, findTargets, pairUp } from '../ends.ts';
import type { Live } from '../live.ts';
import { prepareMatcher } from '../matcher.ts';
import { matcher, type Matcher } from '../matcher-schema.ts';
import { some, type Outcome } from '../outcome.ts';
import { packetInWords, readPackets, type Packet } from '../packets.ts';
import { probeArgv, probeDeadline, type ProbeKind } from '../probe.ts';
import { asNumber, nodeSelector, origin, target, wholeNumber } from '../selectors.ts';

const fields = z.partialRecord(
  z.enum([
    ...(['interface', 'src', 'dst', 'sport', 'dport', 'protocol'] as const),
    ...(['vni', 'inner_src', 'inner_dst', 'inner_sport', 'inner_dport', 'inner_protocol'] as const),
  ]),
  matcher,
);

/** What tcpdump sees on nodes while a probe runs. */
export const capture = z.strictObject({
  kind: z.literal('capture'),
  on: nodeSelector,
  interface: z.string(),
  filter: z.string().describe('tcpdump filter expression'),
  seconds: z.number().min(1).max(10).default(3),
  during: z
    .strictObject({
      from: origin,
      to: target,
      protocol: z.enum(['icmp', 'tcp', 'udp']).default('icmp'),
      port: wholeNumber.optional(),
      send: z.string().optional(),
    })
    .refine((d) => d.protocol === 'icmp' || d.port !== undefined, 'tcp and udp need a port'),
  expect: z.strictObject({
    where: fields.optional(),
    at_least: wholeNumber.optional().describe('default 1'),
    none: z
      .strictObject({ while: fields })
      .optional()
      .describe('no packet fits `where`, while one fits this (the positive control)'),
  }),
});

type Spec = z.infer<typeof capture>;

interface Recording {
  /** Resolves when tcpdump listens. */
  ready: Promise<void>;
  packets: Promise<Packet[]>;
}

/** Starts tcpdump; it ends by itself after `seconds`, which are those of a node of slowness 1, as all deadlines. */
function record(node: Node, spec: Spec): Recording {
  let listening: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    listening = resolve;
  });
  const seconds = String(spec.seconds * node.slowness);
  const limit = ['timeout', '--preserve-status', '--signal', 'INT', seconds];
  const packets = node
    .exec([...limit, 'tcpdump', '-l', '-nn', '-t', '-i', spec.interface, spec.filter], {
      allowFailure: true,
      timeout: (spec.seconds + 10) * 1000,
      onLine: (line) => {
        if (line.includes('listening on')) listening();
      },
    })
    .then(({ stdout, stderr, exitCode }) => {
      if (exitCode !== 0 && /syntax error|can't parse/.test(stderr)) {
        throw new LabError('bad-check', `tcpdump does not understand "${spec.filter}"`);
      }
      return readPackets(stdout);
    })
    .finally(listening);
  return { ready, packets };
}

async function probe(spec: Spec, live: Live): Promise<string[]> {
  const { during } = spec;
  const [from, to] = await Promise.all([
    findOrigins(live, [during.from]),
    findTargets(live, [during.to]),
  ]);
  const kind: ProbeKind = {
    protocol: during.protocol,
    port: during.port === undefined ? undefined : asNumber(during.port),
    send: during.send,
    timeout: Math.max(1, spec.seconds - 1),
  };
  const pairs = pairUp(from.found, to.found, 'all');
  await live.run(
    pairs.map(([{ node, inside }, { address }]) => {
      const argv = probeArgv(kind, address);
      return { node, inside, argv, timeout: probeDeadline(kind) };
    }),
  );
  const missing = [...from.missing, ...to.missing];
  return pairs.length > 0 ? missing : [...missing, 'no traffic could be made'];
}

type Fit = (packet: Packet) => boolean;

async function prepare(
  wanted: Partial<Record<string, Matcher>>,
  live: Live,
): Promise<{ fits: Fit; words: string }> {
  const tests = await Promise.all(
    Object.entries(wanted).map(async ([field, is]) => ({
      field: field as keyof Packet,
      test: await prepareMatcher(is ?? '', live),
    })),
  );
  return {
    words: tests.map(({ field, test }) => `${field} ${test('').wanted}`).join(', ') || 'any field',
    fits: (packet) => tests.every(({ field, test }) => test(packet[field] ?? '').ok),
  };
}

async function capturePackets(
  spec: Spec,
  live: Live,
): Promise<{ packets: Packet[]; missing: string[] }> {
  const recordings = live.nodes(spec.on).map((node) => record(node, spec));
  const all = Promise.all(recordings.map(({ packets }) => packets));
  // Some builds of tcpdump say nothing before the first packet: go on after a second.
  const second = sleep(1000 * live.cluster.controlPlane.slowness);
  await Promise.race([Promise.all(recordings.map(({ ready }) => ready)), second]);
  const missing = await probe(spec, live);
  return { packets: (await all).flat(), missing };
}

export async function runCapture(spec: Spec, live: Live): Promise<Outcome> {
  const { expect } = spec;
  const where = await prepare(expect.where ?? {}, live);
  const least = asNumber(expect.at_least ?? 1);
  const place = `on ${spec.interface}`;
  const expected = expect.none
    ? `no packet ${place} with ${where.words}`
    : `at least ${least} ${least === 1 ? 'packet' : 'packets'} ${place} with ${where.words}`;
  const { packets, missing } = await capturePackets(spec, live);
  if (missing.length > 0) return { pass: false, actual: some(missing), expected };
  const fitting = packets.filter(where.fits);
  const seen = some(packets.map(packetInWords), 3) || `no packet ${place} fits "${spec.filter}"`;
  if (!expect.none) return { pass: fitting.length >= least, actual: seen, expected };
  const control = await prepare(expect.none.while, live);
  if (!packets.some(control.fits)) {
    return { pass: false, actual: `cannot tell, no packet with ${control.words} either`, expected };
  }
  return { pass: fitting.length === 0, actual: seen, expected };
}
