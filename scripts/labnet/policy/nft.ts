import type { Isolation, Rule } from './isolation.ts';
import { directions, type Direction } from './model.ts';
import { groupBy } from './group.ts';
import { denials, podChain, policyChain, type Denial } from './nft-chain.ts';
import { chainName, comment, mapName, policyChainName, setName, table } from './nft-words.ts';
import { rangeText } from './ranges.ts';

/** Egress is asked first. `field` is the isolated pod's own end of the packet. */
const hooks = {
  egress: { priority: 'filter - 5', field: 'saddr' },
  ingress: { priority: 'filter - 4', field: 'daddr' },
} as const;

interface Options {
  /** Default reject: who is not let through learns it at once. */
  denial?: Denial;
}

/**
 * What is there whatever the policies are. A packet between two pods of this node passes both chains, and "accept" ends
 * only the chain that says it: so both ends must agree. What the node itself sends to its pods is not forwarded and
 * passes neither.
 */
function declarations(): string[] {
  return [
    `add table ${table}`,
    `add set ${table} isolated { type ipv4_addr; }`,
    ...directions.flatMap((direction) => [
      `add map ${table} ${mapName(direction)} { type ipv4_addr : verdict; }`,
      `add chain ${table} ${direction} { type filter hook forward priority ${hooks[direction].priority}; policy accept; }`,
    ]),
  ];
}

/**
 * A packet from the middle of a connection that conntrack does not know would pass as the first one of a new connection
 * in whichever direction it goes. That would revive connections that were cut (see cut.ts).
 */
function midstream(denial: Denial): string[] {
  const match = 'ct state new tcp flags & (fin | syn | rst | ack) != syn';
  const [deny = ''] = denials(denial, comment('cut, or never opened'));
  return ['saddr', 'daddr'].map((field) => `${match} ip ${field} @isolated ${deny}`);
}

function baseChains(denial: Denial): string[] {
  return directions.flatMap((direction) => [
    `chain ${direction} {`,
    '  ct state established,related accept',
    ...(direction === 'egress' ? midstream(denial).map((line) => `  ${line}`) : []),
    `  ip ${hooks[direction].field} vmap @${mapName(direction)}`,
    '}',
  ]);
}

function elements(list: string): string {
  return list === '' ? '' : ` elements = { ${list} }`;
}

/**
 * All that depends on what the policies are, by name and as text: so two of them can be compared, and the difference sent.
 * Pods under the same policy share its chain and its sets.
 */
export interface Ruleset {
  chains: Map<string, string>;
  /** The elements. */
  sets: Map<string, string>;
  /** By address the directions in which a pod is isolated. */
  pods: Map<string, string>;
}

/** Names of a ruleset. */
export type Change = { readonly [kind in keyof Ruleset]: readonly string[] };

/** Where only the name is known. */
export const unknown = '?';

export function ruleset(
  isolations: readonly Isolation[],
  { denial = 'reject' }: Options = {},
): Ruleset {
  const all: Ruleset = { chains: new Map(), sets: new Map(), pods: new Map() };
  /** Pods under the same policy have the very same rules. */
  const seen = new Set<Rule>();
  for (const isolation of isolations) {
    const { address, direction, rules } = isolation;
    all.pods.set(address, [all.pods.get(address) ?? [], direction].flat().join(' '));
    all.chains.set(chainName(isolation), podChain(isolation, denial));
    const fresh = rules.filter((rule) => !seen.has(rule));
    for (const rule of fresh) {
      seen.add(rule);
      const { peerList, peers } = rule;
      if (peerList === undefined || peers === 'any') continue;
      all.sets.set(setName(peerList), peers.map(rangeText).join(', '));
    }
    const shared = groupBy(fresh, ({ own, policy }) => (own ? [] : [policy]));
    for (const [policy, group] of shared) {
      all.chains.set(policyChainName(policy, direction), policyChain(policy, direction, group));
    }
  }
  return all;
}

/** What there is, from `nft -t list table inet labnet_policy`, which tells no elements. */
export function listed(listing: string): Ruleset {
  const names = (kind: string, prefix: string): Map<string, string> => {
    const found = listing.matchAll(new RegExp(`^\\t${kind} ((?:${prefix})-\\S+) \\{$`, 'gm'));
    return new Map([...found].map(([, name = '']) => [name, unknown]));
  };
  return { chains: names('chain', 'pod|policy'), sets: names('set', 'peers'), pods: new Map() };
}

function differing(one: Map<string, string>, other: Map<string, string>): string[] {
  const all = new Set([...one.keys(), ...other.keys()]);
  return [...all].filter((name) => one.get(name) !== other.get(name));
}

export function difference(before: Ruleset, after: Ruleset): Change {
  return {
    chains: differing(before.chains, after.chains),
    sets: differing(before.sets, after.sets),
    pods: differing(before.pods, after.pods),
  };
}

function directionsOf({ pods }: Ruleset, address: string): readonly string[] {
  const text = pods.get(address);
  if (text === undefined) return [];
  return text === unknown ? directions : text.split(' ');
}

/** What `after` has of these, with all that leads to it. */
function body(change: Change, after: Ruleset, denial: Denial): string[] {
  const kept = (kind: keyof Ruleset): string[] =>
    change[kind].filter((name) => after[kind].has(name));
  const lines = [
    ...baseChains(denial),
    ...kept('chains').flatMap((name) => after.chains.get(name)?.split('\n') ?? []),
    ...kept('sets').map(
      (name) => `set ${name} { type ipv4_addr;${elements(after.sets.get(name) ?? '')} }`,
    ),
    `set isolated { type ipv4_addr;${elements(kept('pods').join(', '))} }`,
    ...directions.map((direction) => {
      const verdicts = kept('pods')
        .filter((address) => directionsOf(after, address).includes(direction))
        .map((address) => `${address} : goto ${chainName({ address, direction })}`);
      return `map ${mapName(direction)} { type ipv4_addr : verdict;${elements(verdicts.join(', '))} }`;
    }),
  ];
  return [`table ${table} {`, ...lines.map((line) => `  ${line}`), '}'];
}

/**
 * Takes an element out of a set or map, whether it is in there or not: nft 1.0.6 has no "destroy". These commands make nft read
 * all sets there are, also those within rules: 20 ms with 300 of them, so they are for who goes, not for who comes.
 */
function forget(set: string, address: string, verdict = ''): string[] {
  return [
    `add element ${table} ${set} { ${address}${verdict} }`,
    `delete element ${table} ${set} { ${address} }`,
  ];
}

/** The directions in which it may have been isolated and is no more. */
function leftBy(address: string, after: Ruleset, before?: Ruleset): Direction[] {
  const staying = directionsOf(after, address);
  const was = before ? directionsOf(before, address) : directions;
  return directions.filter((one) => was.includes(one) && !staying.includes(one));
}

interface More {
  /** What there is now, as far as it is known. */
  before?: Ruleset | undefined;
  /** Commands that come before all others. */
  first?: readonly string[];
}

/**
 * One transaction of `nft -f -` after which all of this change is as in `after`, also what is not in there: that is gone. Whether
 * it was there before does not matter. Chains and sets that stay are flushed and refilled: made anew, they would let a packet
 * pass in between.
 */
export function transaction(
  change: Change,
  after: Ruleset,
  { denial = 'reject', before, first = [] }: Options & More = {},
): string {
  const left = change.pods.flatMap((address) =>
    leftBy(address, after, before).map((direction) => ({ address, direction })),
  );
  const chains = [...new Set([...left.map(chainName), ...change.chains])];
  const released = new Set(left.map(({ address }) => address));
  const lines = [
    ...declarations(),
    ...directions.map((direction) => `flush chain ${table} ${direction}`),
    ...first,
    ...chains.flatMap((name) => [`add chain ${table} ${name}`, `flush chain ${table} ${name}`]),
    ...[...released]
      .filter((address) => !after.pods.has(address))
      .flatMap((address) => forget('isolated', address)),
    ...left.flatMap(({ address, direction }) =>
      forget(mapName(direction), address, ` : goto ${chainName({ address, direction })}`),
    ),
    ...change.sets.flatMap((name) => [
      `add set ${table} ${name} { type ipv4_addr; }`,
      `flush set ${table} ${name}`,
    ]),
    ...body({ ...change, chains }, after, denial),
    // Chains jump to one another: all are empty before the first one goes.
    ...chains
      .filter((name) => !after.chains.has(name))
      .map((name) => `delete chain ${table} ${name}`),
    ...change.sets
      .filter((name) => !after.sets.has(name))
      .map((name) => `delete set ${table} ${name}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** One transaction after which exactly these isolations are in force. `listing` as in `listed`; empty if there is no table. */
export function replaceAll(
  isolations: readonly Isolation[],
  listing = '',
  options: Options = {},
): string {
  const after = ruleset(isolations, options);
  const there = listed(listing);
  const stale = (kind: 'chain' | 'set'): string[] =>
    [...there[`${kind}s`].keys()]
      .filter((name) => !after[`${kind}s`].has(name))
      .map((name) => `delete ${kind} ${table} ${name}`);
  const first = [
    `flush table ${table}`,
    `flush set ${table} isolated`,
    ...directions.map((direction) => `flush map ${table} ${mapName(direction)}`),
    ...stale('chain'),
    ...stale('set'),
  ];
  const change = {
    chains: [...after.chains.keys()],
    sets: [...after.sets.keys()],
    pods: [...after.pods.keys()],
  };
  return transaction(change, after, { ...options, before: there, first });
}
