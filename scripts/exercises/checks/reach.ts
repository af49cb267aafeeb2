import { z } from 'zod';
import { findOrigins, findTargets, pairUp, type From, type To } from '../ends.ts';
import type { Live } from '../live.ts';
import { some, type Outcome } from '../outcome.ts';
import { probeArgv, probeDeadline, readProbe, type ProbeKind, type Seen } from '../probe.ts';
import { renderKnown } from '../render.ts';
import { asNumber, origin, target, wholeNumber, type Origin, type Target } from '../selectors.ts';

const protocol = z.enum(['icmp', 'tcp', 'udp']);

/** Every `from` to every `to`: open or blocked. */
export const reach = z
  .strictObject({
    kind: z.literal('reach'),
    from: z.array(origin).min(1),
    to: z.array(target).min(1),
    pairs: z.enum(['all', 'other-node', 'same-node']).default('all'),
    protocol: protocol.default('icmp'),
    port: wholeNumber.optional(),
    send: z.string().optional().describe('udp: text to send; any reply counts as open'),
    ttl: wholeNumber.optional().describe('icmp: the TTL that the reply must show'),
    expect: z.enum(['open', 'blocked']).default('open'),
    control: z
      .strictObject({
        from: z.array(origin).min(1).optional(),
        to: z.array(target).min(1).optional(),
        protocol: protocol.optional(),
        port: wholeNumber.optional(),
      })
      .optional()
      .describe('what must be open for "blocked" to count; missing fields are those of the check'),
    timeout_seconds: z.number().min(1).max(10).default(2),
  })
  .refine((r) => r.protocol === 'icmp' || r.port !== undefined, 'tcp and udp need a port')
  .refine((r) => r.expect === 'open' || r.control !== undefined, {
    message: 'blocked needs a control: something that passes by the same tools',
  })
  .refine(
    ({ control: c }) => !c || c.from || c.to || c.protocol || c.port,
    'a control must differ from the check in from, to, protocol or port',
  );

type Spec = z.infer<typeof reach>;

interface Matrix {
  probes: { label: string; seen: Seen }[];
  /** Selections that found nothing. */
  missing: string[];
}

interface Ask {
  from: readonly Origin[];
  to: readonly Target[];
  pairs: Spec['pairs'];
  kind: ProbeKind;
}

async function probeAll(live: Live, ask: Ask): Promise<Matrix> {
  const [origins, targets] = await Promise.all([
    findOrigins(live, ask.from),
    findTargets(live, ask.to),
  ]);
  const pairs: [From, To][] = pairUp(origins.found, targets.found, ask.pairs);
  const results = await live.run(
    pairs.map(([from, to]) => ({
      node: from.node,
      inside: from.inside,
      names: /[g-z]/i.test(to.address),
      argv: probeArgv(ask.kind, renderKnown(to.address, live.attempt.vars)),
      timeout: probeDeadline(ask.kind),
    })),
  );
  const missing = [...origins.missing, ...targets.missing];
  if (pairs.length === 0 && missing.length === 0) {
    missing.push(`no pair to try (${ask.pairs === 'all' ? 'only one place' : ask.pairs})`);
  }
  return {
    probes: pairs.map(([from, to], i) => ({
      label: `${from.label} -> ${to.label}`,
      seen: readProbe(ask.kind, results[i] as (typeof results)[number]),
    })),
    missing,
  };
}

function askOf(spec: Spec, over: NonNullable<Spec['control']> = {}): Ask {
  const port = over.port ?? spec.port;
  return {
    from: over.from ?? spec.from,
    to: over.to ?? spec.to,
    pairs: over.from || over.to ? 'all' : spec.pairs,
    kind: {
      protocol: over.protocol ?? spec.protocol,
      port: port === undefined ? undefined : asNumber(port),
      send: spec.send,
      timeout: spec.timeout_seconds,
    },
  };
}

function inWords({ label, seen }: Matrix['probes'][number]): string {
  return `${label}: ${seen.state}${seen.ttl === undefined ? '' : ` (ttl ${seen.ttl})`}`;
}

function what(kind: ProbeKind): string {
  return kind.port === undefined ? kind.protocol : `${kind.protocol} port ${kind.port}`;
}

async function expectOpen(spec: Spec, live: Live): Promise<Outcome> {
  const ask = askOf(spec);
  const { probes, missing } = await probeAll(live, ask);
  const ttl = spec.ttl === undefined ? undefined : asNumber(spec.ttl);
  const bad = probes.filter(
    ({ seen }) => seen.state !== 'open' || (ttl !== undefined && seen.ttl !== ttl),
  );
  const expected = `each pair reachable by ${what(ask.kind)}${ttl === undefined ? '' : `, replies with ttl ${ttl}`}`;
  const problems = [...missing, ...bad.map(inWords)];
  if (problems.length > 0) return { pass: false, actual: some(problems), expected };
  return { pass: probes.length > 0, actual: some(probes.map(inWords)), expected };
}

/**
 * A refusal comes from a policy that rejects, or from a port on which nothing listens. Only a control that reaches
 * the very same port from elsewhere tells the two apart.
 */
function provesListening(spec: Spec): boolean {
  const { to, port, protocol: over } = spec.control ?? {};
  return to === undefined && port === undefined && over === undefined;
}

async function expectBlocked(spec: Spec, live: Live): Promise<Outcome> {
  const ask = askOf(spec);
  const control = askOf(spec, spec.control);
  const expected = `each pair blocked for ${what(ask.kind)}, while the control gets through`;
  const [tried, checked] = await Promise.all([probeAll(live, ask), probeAll(live, control)]);
  const dead = checked.probes.filter(({ seen }) => seen.state !== 'open');
  const broken = [...checked.missing, ...dead.map(inWords)];
  if (broken.length > 0) {
    const actual = `cannot tell blocked from broken, because the control does not get through: ${some(broken)}`;
    return { pass: false, actual, expected };
  }
  const blocked: Seen['state'][] = ['no answer', 'unreachable'];
  if (provesListening(spec)) blocked.push('refused');
  const bad = tried.probes.filter(({ seen }) => !blocked.includes(seen.state));
  const problems = [...tried.missing, ...bad.map(inWords)];
  if (problems.length > 0) return { pass: false, actual: some(problems), expected };
  return {
    pass: tried.probes.length > 0 && checked.probes.length > 0,
    actual: some(tried.probes.map(inWords)),
    expected,
  };
}

export function runReach(spec: Spec, live: Live): Promise<Outcome> {
  return spec.expect === 'open' ? expectOpen(spec, live) : expectBlocked(spec, live);
}
