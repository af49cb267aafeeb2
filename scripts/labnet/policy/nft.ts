import type { Isolation, Rule } from './isolation.ts';
import { directions, type Direction } from './model.ts';
import { groupBy } from './group.ts';
import { chainText, denials, podChain, policyChain, type Denial } from './nft-chain.ts';
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

/** Sets and maps that are there whatever the policies are. */
function declarations(): string[] {
  const maps = directions.map(
    (direction) => `add map ${table} ${mapName(direction)} { type ipv4_addr : verdict; }`,
  );
  return [`add table ${table}`, `add set ${table} isolated { type ipv4_addr; }`, ...maps];
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

function hookText(direction: Direction): string {
  return `type filter hook forward priority ${hooks[direction].priority}; policy accept;`;
}

/**
 * A packet between two pods of this node passes both of these, and "accept" ends only the chain that says it: so both ends
 * must agree. What the node itself sends to its pods is not forwarded and passes neither.
 */
function baseChain(direction: Direction, denial: Denial): string {
  return chainText(direction, [
    hookText(direction),
    'ct state established,related accept',
    ...(direction === 'egress' ? midstream(denial) : []),
    `ip ${hooks[direction].field} vmap @${mapName(direction)}`,
  ]);
}

function elements(list: string): string {
  return list === '' ? '' : ` elements = { ${list} }`;
}

/**
 * Everything by name and as text, so that two of them can be compared, and the difference sent. Pods under the same policy
 * share its chain and its sets.
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

/** All names of a ruleset. */
export function everything({ chains, sets, pods }: Ruleset): Change {
  return { chains: [...chains.keys()], sets: [...sets.keys()], pods: [...pods.keys()] };
}

/** Where only the name is known. */
export const unknown = '?';

export function ruleset(
  isolations: readonly Isolation[],
  { denial = 'reject' }: Options = {},
): Ruleset {
  const all: Ruleset = {
    chains: new Map(directions.map((direction) => [direction, baseChain(direction, denial)])),
    sets: new Map(),
    pods: new Map(),
  };
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
  const names = (kind: string, pattern: string): Map<string, string> => {
    const found = listing.matchAll(new RegExp(`^\\t${kind} (${pattern}) \\{$`, 'gm'));
    return new Map([...found].map(([, name = '']) => [name, unknown]));
  };
  return {
    chains: names('chain', 'egress|ingress|(?:pod|policy)-\\S+'),
    sets: names('set', 'peers-\\S+'),
    pods: new Map(),
  };
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

/** Must the set lose elements, or may it have any that it should not? */
export function isRefilled(set: string, after: Ruleset, before?: Ruleset): boolean {
  if (!before) return true;
  const [was, wanted] = [before.sets.get(set), after.sets.get(set)];
  if (was === undefined || was === '') return false;
  if (was === unknown || wanted === undefined) return true;
  const all = new Set(wanted.split(', '));
  return was.split(', ').some((one) => !all.has(one));
}

/** The elements that a set lacks. */
function missingIn(set: string, after: Ruleset, before?: Ruleset): string {
  const wanted = after.sets.get(set)?.split(', ') ?? [];
  const there = new Set(before?.sets.get(set)?.split(', '));
  return wanted.filter((one) => !there.has(one)).join(', ');
}

/** What `after` has of these. Sets that are refilled get all their elements, others only what they lack. */
function body(
  change: Change,
  after: Ruleset,
  before: Ruleset | undefined,
  refilled: ReadonlySet<string>,
): string[] {
  const kept = (kind: keyof Ruleset): string[] =>
    change[kind].filter((name) => after[kind].has(name));
  const lines = [
    ...kept('chains').flatMap((name) => after.chains.get(name)?.split('\n') ?? []),
    ...kept('sets').map((name) => {
      const lacking = missingIn(name, after, refilled.has(name) ? undefined : before);
      return `set ${name} { type ipv4_addr;${elements(lacking)} }`;
    }),
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

function addChain(name: string): string {
  const direction = directions.find((one) => one === name);
  return `add chain ${table} ${name}${direction ? ` { ${hookText(direction)} }` : ''}`;
}

/** The directions in which it may have been isolated and is no more. */
function leftBy(address: string, after: Ruleset, before?: Ruleset): Direction[] {
  const staying = directionsOf(after, address);
  const was = before ? directionsOf(before, address) : directions;
  return directions.filter((one) => was.includes(one) && !staying.includes(one));
}

interface Known {
  /** What there is now. Without it, anything of the change may be there. */
  before?: Ruleset | undefined;
  /** Commands that come before all others. */
  first?: readonly string[];
}

/**
 * One transaction of `nft -f -` after which all of this change is as in `after`, also what is not in there: that is gone.
 * Chains that stay are flushed and refilled: made anew, they would let a packet pass in between.
 *
 * What is new is only written down once, in the block. A transaction that takes something away, or says again what is
 * there, makes nft wait at its end for all processors to let go of the old state: 13 ms of 20, for which a pod would wait.
 */
export function transaction(
  change: Change,
  after: Ruleset,
  { before, first = [] }: Known = {},
): string {
  const left = change.pods.flatMap((address) =>
    leftBy(address, after, before).map((direction) => ({ address, direction })),
  );
  const chains = [...new Set([...left.map(chainName), ...change.chains])];
  const old = chains.filter(
    (name) => !before || before.chains.has(name) || !after.chains.has(name),
  );
  const gone = new Set(left.map(({ address }) => address).filter((one) => !after.pods.has(one)));
  const refilled = new Set(change.sets.filter((name) => isRefilled(name, after, before)));
  const cleared = [
    ...first,
    ...old.flatMap((name) => [addChain(name), `flush chain ${table} ${name}`]),
    ...[...gone].flatMap((address) => forget('isolated', address)),
    ...left.flatMap(({ address, direction }) =>
      forget(mapName(direction), address, ` : goto ${chainName({ address, direction })}`),
    ),
    ...[...refilled].flatMap((name) => [
      `add set ${table} ${name} { type ipv4_addr; }`,
      `flush set ${table} ${name}`,
    ]),
  ];
  const lines = [
    ...(cleared.length > 0 ? [...declarations(), ...cleared] : []),
    ...body({ ...change, chains }, after, before, refilled),
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

/** One transaction after which exactly `after` is in force. `listing` as in `listed`; empty if there is no table. */
export function replaceAll(after: Ruleset, listing = ''): string {
  const before = listed(listing);
  const stale = (kind: 'chain' | 'set'): string[] =>
    [...before[`${kind}s`].keys()]
      .filter((name) => !after[`${kind}s`].has(name))
      .map((name) => `delete ${kind} ${table} ${name}`);
  const first = [
    `flush table ${table}`,
    `flush set ${table} isolated`,
    ...directions.map((direction) => `flush map ${table} ${mapName(direction)}`),
    ...stale('chain'),
    ...stale('set'),
  ];
  return transaction(everything(after), after, { before, first: listing === '' ? [] : first });
}
