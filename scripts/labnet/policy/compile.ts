import { groupBy } from './group.ts';
import type { Isolation, PortRange, Rule } from './isolation.ts';
import { directions, nameOf, type Direction, type Pod, type Policy } from './model.ts';
import type { PolicyPort, PolicyRule, World } from './model.ts';
import { union } from './ranges.ts';
import { matcher } from './selector.ts';
import { homesWithin, indexWorld, isSelectable, peersOf, rangesOf } from './world-index.ts';
import type { Index, Peers } from './world-index.ts';

/** The numbers that a port of a policy has on a pod; without the pod a name has none. */
function numbersOf({ protocol, port, endPort }: PolicyPort, pod?: Pod): PortRange[] {
  if (port === undefined) return [{ protocol, from: 0, to: 65535 }];
  if (typeof port === 'number') return [{ protocol, from: port, to: endPort ?? port }];
  return (pod?.ports ?? [])
    .filter((one) => one.name === port && one.protocol === protocol)
    .map(({ number }) => ({ protocol, from: number, to: number }));
}

type Part = Pick<Rule, 'peers' | 'peerList' | 'ports'>;

/** Whom and what one rule lets through; its peers that are pods apart from those that are blocks of addresses. */
function partsOf(list: string, peers: Peers, ports: Rule['ports']): Part[] {
  if (ports.length === 0) return [];
  if (peers === 'any') return [{ peers, ports }];
  const { pods, blocks = [] } = peers;
  return [
    // Also when there are none yet: the rule stays as it is when the first one comes.
    ...(pods ? [{ peers: pods, peerList: list, ports }] : []),
    ...(blocks.length > 0 ? [{ peers: blocks, ports }] : []),
  ];
}

/** Going out, a named port is another number on each peer: one rule per number, with the pods that have it. */
function namedEgress(
  index: Index,
  list: string,
  named: readonly PolicyPort[],
  peers: Peers,
): Part[] {
  if (named.length === 0) return [];
  const all = peers === 'any' ? peers : union([...(peers.pods ?? []), ...(peers.blocks ?? [])]);
  const ends = homesWithin(index, all).flatMap(({ address, pod }) =>
    named.flatMap((port) => numbersOf(port, pod)).map((port) => ({ port, address })),
  );
  const byPort = groupBy(ends, ({ port }) => [`${port.protocol.toLowerCase()}-${port.from}`]);
  return [...byPort].map(([name, group]) => ({
    peers: union(rangesOf(group)),
    peerList: `${list}-${name}`,
    ports: group.slice(0, 1).map(({ port }) => port),
  }));
}

/** A rule, and where it stands. */
interface Spot {
  policy: Policy;
  direction: Direction;
  place: number;
  rule: PolicyRule;
}

function compileRule(index: Index, spot: Spot, subject?: Pod): Rule[] {
  const { policy, direction, place, rule } = spot;
  const peers = peersOf(index, rule, policy.namespace);
  const list = `${nameOf(policy)}-${direction}-${place}`;
  const named = rule.ports.filter(({ port }) => typeof port === 'string');
  const ports = rule.ports.flatMap((port) => numbersOf(port, subject));
  const parts =
    rule.ports.length === 0
      ? partsOf(list, peers, 'any')
      : [
          ...partsOf(list, peers, ports),
          ...(direction === 'egress' ? namedEgress(index, list, named, peers) : []),
        ];
  const own = subject && { own: true as const };
  return parts.map((part) => ({
    ...{ policy: nameOf(policy), rule: `${direction}[${place}]` },
    ...part,
    ...own,
  }));
}

/** Coming in, a named port is the pod's own. All other rules are the same for every pod, and compiled once. */
function rulesOf(index: Index, policy: Policy, direction: Direction, pod: Pod): Rule[] {
  return (policy[direction] ?? []).flatMap((rule, place) => {
    const spot = { policy, direction, place, rule };
    if (direction === 'ingress' && rule.ports.some(({ port }) => typeof port === 'string')) {
      return compileRule(index, spot, pod);
    }
    const known = index.rules.get(rule) ?? compileRule(index, spot);
    index.rules.set(rule, known);
    return known;
  });
}

/** How policies isolate one pod, one item per address and direction; none if no policy selects it. */
export function isolationsOf(index: Index, pod: Pod): Isolation[] {
  if (!isSelectable(pod)) return [];
  const policies = (index.policies.get(pod.namespace) ?? []).filter(({ podSelector }) =>
    matcher(podSelector)(pod.labels),
  );
  return directions.flatMap((direction) => {
    const isolating = policies.filter((policy) => policy[direction] !== undefined);
    if (isolating.length === 0) return [];
    const rules = isolating.flatMap((policy) => rulesOf(index, policy, direction, pod));
    const names = isolating.map(nameOf);
    return pod.addresses.map((address) => ({
      pod: nameOf(pod),
      address,
      direction,
      policies: names,
      rules,
    }));
  });
}

/** All isolations that one node has to enforce: those of its own pods, in both directions. */
export function compile(world: World, node: string): Isolation[] {
  const index = indexWorld(world);
  return world.pods.filter((pod) => pod.node === node).flatMap((pod) => isolationsOf(index, pod));
}
