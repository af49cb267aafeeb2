import { groupBy } from './group.ts';
import type { Peer, Pod, Policy, PolicyRule, World } from './model.ts';
import { addressNumber, cidrRange, subtract, union, type Range } from './ranges.ts';
import { matcher } from './selector.ts';

/** A world made ready for questions: pods by namespace, and the peers of each rule found once for all pods. */
export interface Index {
  world: World;
  /** Pods that selectors can select, by namespace. */
  pods: ReadonlyMap<string, readonly Pod[]>;
  policies: ReadonlyMap<string, readonly Policy[]>;
  peers: Map<PolicyRule, 'any' | Range[]>;
}

/** Pods in the host network are their node, as far as policies can tell; ended ones have lost their address. */
export function isSelectable(pod: Pod): boolean {
  return !pod.hostNetwork && !pod.ended && pod.addresses.length > 0;
}

export function indexWorld(world: World): Index {
  const policies = world.policies.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    world,
    pods: groupBy(world.pods.filter(isSelectable), ({ namespace }) => namespace),
    policies: groupBy(policies, ({ namespace }) => namespace),
    peers: new Map(),
  };
}

export function rangesOf(pods: readonly Pod[]): Range[] {
  return pods
    .flatMap(({ addresses }) => addresses.map(addressNumber))
    .map((address) => ({ first: address, last: address }));
}

function podsOf(index: Index, peer: Peer, home: string): Pod[] {
  // Without a namespaceSelector a peer is in the policy's own namespace, with one in any that it selects.
  const inNamespace = peer.namespaceSelector && matcher(peer.namespaceSelector);
  const namespaces = inNamespace
    ? index.world.namespaces.filter(({ labels }) => inNamespace(labels)).map(({ name }) => name)
    : [home];
  const matches = matcher(peer.podSelector ?? {});
  return namespaces.flatMap((namespace) =>
    (index.pods.get(namespace) ?? []).filter(({ labels }) => matches(labels)),
  );
}

function rangesOfPeer(index: Index, peer: Peer, home: string): Range[] {
  if (!peer.ipBlock) return rangesOf(podsOf(index, peer, home));
  const block = cidrRange(peer.ipBlock.cidr);
  const except = peer.ipBlock.except.map(cidrRange).filter((range) => range !== undefined);
  return block ? subtract(block, except) : [];
}

/** Whom a rule lets through, whatever the port. */
export function peersOf(index: Index, rule: PolicyRule, home: string): 'any' | Range[] {
  let peers = index.peers.get(rule);
  if (peers === undefined) {
    const all = rule.peers.flatMap((peer) => rangesOfPeer(index, peer, home));
    peers = rule.peers.length === 0 ? 'any' : union(all);
    index.peers.set(rule, peers);
  }
  return peers;
}
