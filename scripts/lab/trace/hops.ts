import type { Sighting } from './capture.ts';
import { forwarded, routeInPod, routeOfPass, routeOnNode, tunnelEntry } from './ask.ts';
import { cable, legOf, linkKind, lookOf, type Evidence, type Leg } from './evidence.ts';
import { ruleText } from './iptables.ts';
import { changesIn, isWrapping, type Change, type Pass, type Step } from './nft-trace.ts';
import { packetText, sourceOf, targetOf, type Direction } from './packet.ts';
import { routeKey, routeText } from './route.ts';

export type Place = 'pod' | 'cable' | 'bridge' | 'route' | 'service' | 'rule' | 'tunnel' | 'nic';

/** One station of the way, as a learner is told of it. */
export interface Hop {
  direction: Direction;
  node: string;
  place: Place;
  link?: string;
  /** In words. */
  what: string;
  /** The rule, route or entry behind it. */
  evidence: string[];
  packet: string;
}

type Tell = (place: Place, what: string, evidence?: readonly string[], link?: string) => Hop;

function teller({ direction }: Leg, node: string, packet: string): Tell {
  return (place, what, evidence = [], link) => ({
    direction,
    node,
    place,
    ...(link === undefined ? {} : { link }),
    what,
    evidence: [...evidence],
    packet,
  });
}

/** The rule that translated; before it those that tell which service it was for, as kube-proxy notes beside them. */
function translators(evidence: Evidence, { node, steps }: Pass, by: Step | undefined): string[] {
  if (!by) return ['conntrack remembers the connection and translates it back'];
  const { iptables } = lookOf(evidence, node);
  const line = (step: Step): string => {
    const { text, comment } = ruleText(iptables, step);
    return ruleLine(step, text, comment);
  };
  const leading = /^\S+ KUBE-(SERVICES|NODEPORTS|SVC-|EXT-)/;
  const chosen = steps
    .slice(0, steps.indexOf(by))
    .filter(({ chain, verdict }) => leading.test(`- ${chain}`) && !/KUBE-MARK-/.test(verdict));
  return [...(/\bdnat\b/.test(by.rule ?? '') ? chosen : []), by].map(line);
}

function ruleLine({ table, chain }: Step, text: string, comment: string | undefined): string {
  // What iptables-save says names its chain, and its comment, itself.
  if (text.startsWith('-A ')) return `${table}: ${text}`;
  return `${table} ${chain}: ${text}${comment === undefined ? '' : ` "${comment}"`}`;
}

function changeHop(evidence: Evidence, leg: Leg, pass: Pass, change: Change): Hop {
  const { before, after, by } = change;
  const told = translators(evidence, pass, by);
  const tell = teller(leg, pass.node, packetText(after));
  if (targetOf(before) !== targetOf(after)) {
    return tell('service', `${targetOf(before)} becomes ${targetOf(after)}`, told);
  }
  const what = `the sender ${sourceOf(before)} becomes ${sourceOf(after)}`;
  return tell('service', what, told);
}

/** Rules that decided: what only led to other chains is left out. */
function decisions(evidence: Evidence, tell: Tell, { node, steps }: Pass): Hop[] {
  const { iptables } = lookOf(evidence, node);
  return steps
    .filter(({ rule, verdict }) =>
      rule === undefined ? verdict === 'drop' : /^(accept|drop)$/.test(verdict),
    )
    .filter(({ rule = '' }) => !/\b(dnat|snat|masquerade|redirect)\b/.test(rule))
    .map((step) => {
      const { text, comment } = ruleText(iptables, step);
      const does = step.verdict === 'accept' ? 'lets it through' : 'drops it';
      return tell('rule', `${step.table} ${step.chain} ${does}`, [ruleLine(step, text, comment)]);
    });
}

/** What happens before a packet is routed: on a bridge this comes before the bridge hands it up. */
function arrivalHops(evidence: Evidence, leg: Leg, pass: Pass): Hop[] {
  return changesIn(pass)
    .filter(({ before, after }) => targetOf(before) !== targetOf(after))
    .map((change) => changeHop(evidence, leg, pass, change));
}

function passHops(evidence: Evidence, leg: Leg, pass: Pass): Hop[] {
  const [first] = pass.packets;
  if (!first) return [];
  const found = forwarded(pass);
  const tell = teller(leg, pass.node, packetText(found?.packet ?? first));
  const asked = found && pass.hooks.includes('forward') ? routeOfPass(pass) : undefined;
  const route = asked && evidence.routes.get(routeKey(asked.place, asked.question))?.route;
  const sent = route
    ? [
        tell('route', `the node routes it: ${routeText(route)}`, [
          `ip route get ${asked.question.dst}`,
        ]),
      ]
    : [];
  const changes = changesIn(pass)
    .filter(({ before, after }) => targetOf(before) === targetOf(after))
    .map((change) => changeHop(evidence, leg, pass, change));
  return [...sent, ...decisions(evidence, tell, pass), ...changes];
}

function sightingHop(evidence: Evidence, leg: Leg, one: Sighting): Hop {
  const { node, link, way, packet, wrapping } = one;
  const tell = teller(leg, node, packetText(packet));
  const look = lookOf(evidence, node);
  const { start, end } = leg;
  if (way === 'in' && start?.node.name === node && link === cable(evidence, start)?.ifname) {
    return tell(
      'cable',
      `comes out of ${link}, the node's end of the cable to ${start.label}`,
      [],
      link,
    );
  }
  if (way === 'out' && end?.node.name === node && link === cable(evidence, end)?.ifname) {
    return tell('cable', `goes into ${link}, the cable to ${end.label}`, [], link);
  }
  if (wrapping) {
    const outer = `${wrapping.src} -> ${wrapping.dst}, UDP ${wrapping.dport}`;
    const what = way === 'out' ? 'leaves by' : 'arrives at';
    return tell('nic', `${what} the NIC ${link}, wrapped: ${outer}`, [], link);
  }
  switch (linkKind(look, link)) {
    case 'tunnel': {
      if (way === 'in')
        return tell('tunnel', `comes out of the tunnel ${link}, unwrapped`, [], link);
      const asked = routeOnNode(leg, node);
      const route = asked && evidence.routes.get(routeKey(node, asked.question))?.route;
      const entry = tunnelEntry(look, link, route?.gateway ?? packet.dst);
      const told = entry?.dst === undefined ? [] : [`${entry.mac} dst ${entry.dst} (bridge fdb)`];
      return tell('tunnel', `goes into the tunnel ${link}, which wraps it`, told, link);
    }
    case 'bridge': {
      const what = way === 'in' ? 'goes up from the bridge' : 'goes down to the bridge';
      return tell('bridge', `${what} ${link}`, [], link);
    }
    case 'cable':
      return tell('cable', `${way === 'in' ? 'comes out of' : 'goes into'} ${link}`, [], link);
    case 'nic':
      return tell('nic', `${way === 'out' ? 'leaves by' : 'arrives at'} the NIC ${link}`, [], link);
  }
}

/** Behind which sightings of the leg a pass begins and ends: what came in on its node, before anything went out. */
function placeOf({ trip: { sightings } }: Leg, { node, packets: [first] }: Pass): [number, number] {
  const wrapped = first !== undefined && isWrapping(first);
  const own = sightings
    .map((one, at) => ({ ...one, at }))
    .filter((one) => one.node === node && (one.wrapping !== undefined) === wrapped);
  const out = own.find(({ way }) => way === 'out');
  const end = out
    ? out.at - 1
    : (own.at(-1)?.at ?? sightings.findLastIndex((one) => one.node === node));
  return [Math.min(own.find(({ way }) => way === 'in')?.at ?? end, end), end];
}

function podHop(evidence: Evidence, leg: Leg): Hop[] {
  const asked = routeInPod(evidence, leg);
  const { start, trip } = leg;
  const [first] = trip.sightings;
  if (!start || !asked || !first) return [];
  const tell = teller(leg, start.node.name, packetText(first.packet));
  const route = evidence.routes.get(routeKey(asked.place, asked.question))?.route;
  const told = route ? [routeText(route)] : [];
  return [
    tell('pod', `${start.label} ${leg.direction === 'request' ? 'sends it' : 'answers'}`, told),
  ];
}

function hopsOf(evidence: Evidence, leg: Leg): Hop[] {
  const placed = leg.trip.passes.map((pass) => ({ pass, place: placeOf(leg, pass) }));
  const after = (at: number): Hop[] =>
    placed.flatMap(({ pass, place: [begin, end] }) => [
      ...(begin === at ? arrivalHops(evidence, leg, pass) : []),
      ...(end === at ? passHops(evidence, leg, pass) : []),
    ]);
  return [
    ...podHop(evidence, leg),
    ...after(-1),
    ...leg.trip.sightings.flatMap((one, at) => [sightingHop(evidence, leg, one), ...after(at)]),
  ];
}

/** The whole way, there and back, as far as it was seen. */
export function storyOf(evidence: Evidence): Hop[] {
  return [
    ...hopsOf(evidence, legOf(evidence, 'request')),
    ...hopsOf(evidence, legOf(evidence, 'answer')),
  ];
}
