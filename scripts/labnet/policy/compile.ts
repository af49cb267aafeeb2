import { groupBy } from './group.ts';
import type { Isolation, PortRange, Rule } from './isolation.ts';
import { directions, nameOf, type Direction, type Pod, type Policy } from './model.ts';
import type { PolicyPort, PolicyRule, World } from './model.ts';
import { union, type Range } from './ranges.ts';
import { matcher } from './selector.ts';
import {
  indexWorld,
  homesWithin,
  isSelectable,
  peersOf,
  rangesOf,
  type Index,
} from './world-index.ts';

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
  const ends = homesWithin(index, peers).flatMap(({ address, pod }) =>
    named.flatMap((port) => numbersOf(port, pod)).map((port) => ({ port, address })),
  );
  const byPort = groupBy(ends, ({ port }) => [`${port.protocol} ${port.from}`]);
  return [...byPort.values()].map((group) => ({
    peers: union(rangesOf(group)),
    ports: group.slice(0, 1).map(({ port }) => port),
  }));
}

function compileRule(index: Index, policy: Policy, rule: PolicyRule, subject?: Pod) {
  const peers = peersOf(index, rule, policy.namespace);
  if (rule.ports.length === 0) return [{ peers, ports: 'any' as const }];
  const ports = rule.ports.flatMap((port) => numbersOf(port, subject));
  const named = rule.ports.filter(({ port }) => typeof port === 'string');
  return [{ peers, ports }, ...(subject ? [] : namedEgress(index, named, peers))];
}

function isEmpty(list: 'any' | readonly unknown[]): boolean {
  return list !== 'any' && list.length === 0;
}

/** Coming in, a named port is the subject's own; going out, the rules are the same for every subject. */
function rulesOf(index: Index, policy: Policy, direction: Direction, subject?: Pod): Rule[] {
  return (policy[direction] ?? []).flatMap((rule, place) =>
    compileRule(index, policy, rule, subject)
      .filter(({ peers, ports }) => !isEmpty(peers) && !isEmpty(ports))
      .map((one) => ({ policy: nameOf(policy), rule: `${direction}[${place}]`, ...one })),
  );
}

function egressOf(index: Index, policy: Policy): readonly Rule[] {
  const known = index.egress.get(policy) ?? rulesOf(index, policy, 'egress');
  index.egress.set(policy, known);
  return known;
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
    const rules = isolating.flatMap((policy) =>
      direction === 'ingress' ? rulesOf(index, policy, direction, pod) : egressOf(index, policy),
    );
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
