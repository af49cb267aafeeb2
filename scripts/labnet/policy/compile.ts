import { groupBy } from './group.ts';
import type { Isolation, PortRange, Rule } from './isolation.ts';
import { nameOf, type Direction, type Pod, type Policy } from './model.ts';
import type { PolicyPort, World } from './model.ts';
import { includes, union, type Range } from './ranges.ts';
import { matcher } from './selector.ts';
import { indexWorld, isSelectable, peersOf, rangesOf, type Index } from './world-index.ts';

/** The numbers that a port of a policy has on a pod; without the pod a name has none. */
function numbersOf({ protocol, port, endPort }: PolicyPort, pod?: Pod): PortRange[] {
  if (port === undefined) return [{ protocol, from: 0, to: 65535 }];
  if (typeof port === 'number') return [{ protocol, from: port, to: endPort ?? port }];
  return (pod?.ports ?? [])
    .filter((one) => one.name === port && one.protocol === protocol)
    .map(({ number }) => ({ protocol, from: number, to: number }));
}

/** Going out, a named port is another number on each peer: one rule per number, with the pods that have it. */
function namedEgress(index: Index, named: readonly PolicyPort[], peers: 'any' | Range[]) {
  if (named.length === 0) return [];
  const ends = [...index.pods.values()].flat().flatMap((pod) => {
    const ranges = rangesOf([pod]).filter(({ first }) => peers === 'any' || includes(peers, first));
    const ports = ranges.length > 0 ? named.flatMap((port) => numbersOf(port, pod)) : [];
    return ports.map((port) => ({ port, ranges }));
  });
  const byPort = groupBy(ends, ({ port }) => `${port.protocol} ${port.from}`);
  return [...byPort.values()].map((group) => ({
    peers: union(group.flatMap(({ ranges }) => ranges)),
    ports: group.slice(0, 1).map(({ port }) => port),
  }));
}

function rulesOf(index: Index, policy: Policy, direction: Direction, subject: Pod): Rule[] {
  return (policy[direction] ?? []).flatMap((rule, place) => {
    const peers = peersOf(index, rule, policy.namespace);
    const origin = { policy: nameOf(policy), rule: `${direction}[${place}]` };
    if (rule.ports.length === 0) return [{ ...origin, peers, ports: 'any' as const }];
    // Coming in, the port is the subject's own.
    const ports = rule.ports.flatMap((port) =>
      numbersOf(port, direction === 'ingress' ? subject : undefined),
    );
    const named = rule.ports.filter(({ port }) => typeof port === 'string');
    const perPeer = direction === 'egress' ? namedEgress(index, named, peers) : [];
    return [{ peers, ports }, ...perPeer]
      .filter((one) => one.ports.length > 0)
      .map((one): Rule => ({ ...origin, ...one }));
  });
}

/** How policies isolate one pod, one item per address and direction; none if no policy selects it. */
export function isolationsOf(index: Index, pod: Pod): Isolation[] {
  if (!isSelectable(pod)) return [];
  const policies = (index.policies.get(pod.namespace) ?? []).filter(({ podSelector }) =>
    matcher(podSelector)(pod.labels),
  );
  return (['egress', 'ingress'] as const).flatMap((direction) => {
    const isolating = policies.filter((policy) => policy[direction] !== undefined);
    if (isolating.length === 0) return [];
    const rules = isolating
      .flatMap((policy) => rulesOf(index, policy, direction, pod))
      .filter(({ peers }) => peers === 'any' || peers.length > 0);
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
