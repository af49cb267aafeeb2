import { groupBy } from './group.ts';
import type { Rule } from './isolation.ts';
import type { IpBlock, Namespace, Peer, Pod, Policy, PolicyRule, World } from './model.ts';
import { addressNumber, cidrRange, lowerBound, subtract, union, type Range } from './ranges.ts';
import { matcher, requirements, type Selector } from './selector.ts';

/** An address that belongs to a pod. */
export interface Home {
  address: number;
  pod: Pod;
}

/** A world made ready for questions. */
export interface Index {
  namespaces: readonly Namespace[];
  /** The pods that selectors can select, in the order of their addresses: all, and by namespace. */
  homes: readonly Home[];
  byNamespace: ReadonlyMap<string, readonly Home[]>;
  /** Those with a label, by key=value. */
  byLabel: ReadonlyMap<string, readonly Home[]>;
  policies: ReadonlyMap<string, readonly Policy[]>;
  /** What was found so far, and is the same for every pod. */
  peers: Map<PolicyRule, Peers>;
  rules: Map<PolicyRule, readonly Rule[]>;
}

/** Whom a rule lets through: the pods that it selects, which come and go, and blocks of addresses, which stay. */
export type Peers = 'any' | { pods?: Range[]; blocks?: Range[] };

/** Pods in the host network are their node, as far as policies can tell; ended ones have lost their address. */
export function isSelectable(pod: Pod): boolean {
  return !pod.hostNetwork && !pod.ended && pod.addresses.length > 0;
}

export function indexWorld(world: World): Index {
  const homes = world.pods
    .filter(isSelectable)
    .flatMap((pod) => pod.addresses.map((text) => ({ address: addressNumber(text), pod })))
    .sort((a, b) => a.address - b.address);
  const policies = world.policies.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    namespaces: world.namespaces,
    homes,
    byNamespace: groupBy(homes, ({ pod }) => [pod.namespace]),
    byLabel: groupBy(homes, ({ pod }) =>
      Object.entries(pod.labels).map((label) => label.join('=')),
    ),
    policies: groupBy(policies, ({ namespace }) => [namespace]),
    peers: new Map(),
    rules: new Map(),
  };
}

export function rangesOf(homes: readonly Pick<Home, 'address'>[]): Range[] {
  return homes.map(({ address }) => ({ first: address, last: address }));
}

/** The shortest list that has all that a selector may select: most selectors ask for the value of a label. */
function candidates(index: Index, selector: Selector, all: readonly Home[]): readonly Home[] {
  return requirements(selector)
    .filter(({ operator, values = [] }) => operator === 'In' && values.length === 1)
    .map(({ key, values = [] }) => index.byLabel.get(`${key}=${values[0]}`) ?? [])
    .reduce((shortest, list) => (list.length < shortest.length ? list : shortest), all);
}

/** Without a namespaceSelector a peer is in the policy's own namespace, with one in any that it selects. */
function homesOf(index: Index, { namespaceSelector, podSelector = {} }: Peer, own: string): Home[] {
  const inNamespace = namespaceSelector && matcher(namespaceSelector);
  const all = namespaceSelector ? index.homes : (index.byNamespace.get(own) ?? []);
  const selected = inNamespace && index.namespaces.filter(({ labels }) => inNamespace(labels));
  const namespaces = new Set(selected?.map(({ name }) => name) ?? [own]);
  const matches = matcher(podSelector);
  return candidates(index, podSelector, all).filter(
    ({ pod }) => namespaces.has(pod.namespace) && matches(pod.labels),
  );
}

function rangesOfBlock({ cidr, except }: IpBlock): Range[] {
  const block = cidrRange(cidr);
  const holes = except.map(cidrRange).filter((range) => range !== undefined);
  return block ? subtract(block, holes) : [];
}

/** Whom a rule lets through, whatever the port. Without selectors there are no `pods`, without an ipBlock no `blocks`. */
export function peersOf(index: Index, rule: PolicyRule, own: string): Peers {
  const known = index.peers.get(rule);
  if (known !== undefined) return known;
  const blocks = rule.peers.flatMap(({ ipBlock }) => ipBlock ?? []);
  const selectors = rule.peers.filter(({ ipBlock }) => !ipBlock);
  const peers =
    rule.peers.length === 0
      ? 'any'
      : {
          ...(blocks.length > 0 && { blocks: union(blocks.flatMap(rangesOfBlock)) }),
          ...(selectors.length > 0 && {
            pods: union(rangesOf(selectors.flatMap((peer) => homesOf(index, peer, own)))),
          }),
        };
  index.peers.set(rule, peers);
  return peers;
}

/** The pods' addresses in these ranges. */
export function homesWithin({ homes }: Index, ranges: 'any' | readonly Range[]): readonly Home[] {
  if (ranges === 'any') return homes;
  return ranges.flatMap(({ first, last }) =>
    homes.slice(
      lowerBound(homes, ({ address }) => address < first),
      lowerBound(homes, ({ address }) => address <= last),
    ),
  );
}
