import type { Isolation } from './isolation.ts';
import { directions, type Direction } from './model.ts';
import { denials, podChain, type Denial, type Sets } from './nft-chain.ts';
import { chainName, comment, mapName, table } from './nft-words.ts';

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

/** The isolations with all that leads to them. */
function body(isolations: readonly Isolation[], denial: Denial): { sets: Sets; text: string[] } {
  const sets: Sets = new Map();
  const chains = isolations.flatMap((isolation) => podChain(isolation, denial, sets));
  const addresses = [...new Set(isolations.map(({ address }) => address))];
  const lines = [
    ...baseChains(denial),
    ...chains,
    ...[...new Map([...sets.values()].map((set) => [set.name, set])).values()].map(
      (set) => `set ${set.name} { type ipv4_addr; flags interval;${elements(set.elements)} }`,
    ),
    `set isolated { type ipv4_addr;${elements(addresses.join(', '))} }`,
    ...directions.map((direction) => {
      const own = isolations.filter((isolation) => isolation.direction === direction);
      const verdicts = own.map((one) => `${one.address} : goto ${chainName(one)}`);
      return `map ${mapName(direction)} { type ipv4_addr : verdict;${elements(verdicts.join(', '))} }`;
    }),
  ];
  return { sets, text: [`table ${table} {`, ...lines.map((line) => `  ${line}`), '}'] };
}

/** The chains and sets of pods that are in the kernel, from `nft -t list table inet labnet_policy`. */
function listedNames(listing: string): string[] {
  const names = listing.matchAll(/^\t(chain pod-|set peers-)(\S+) \{$/gm);
  return [...names].map(([, kind, name]) => `${kind}${name}`);
}

/**
 * One transaction of `nft -f -` after which exactly these isolations are in force. Chains stay and are refilled, for a
 * table that is deleted and made anew lets a packet pass between the two. `listing` is what is there now, as
 * `nft -t list table inet labnet_policy` prints it; empty if there is no such table.
 */
export function replaceAll(
  isolations: readonly Isolation[],
  listing = '',
  { denial = 'reject' }: Options = {},
): string {
  const { sets, text } = body(isolations, denial);
  const wanted = new Set([
    ...isolations.map((isolation) => `chain ${chainName(isolation)}`),
    ...[...sets.values()].map(({ name }) => `set ${name}`),
  ]);
  const listed = listedNames(listing);
  const refilled = listed.filter((name) => name.startsWith('set ') && wanted.has(name));
  const lines = [
    ...declarations(),
    `flush table ${table}`,
    `flush set ${table} isolated`,
    ...directions.map((direction) => `flush map ${table} ${mapName(direction)}`),
    ...refilled.map((name) => `flush ${name.replace(' ', ` ${table} `)}`),
    ...listed
      .filter((name) => !wanted.has(name))
      .map((name) => `delete ${name.replace(' ', ` ${table} `)}`),
    ...text,
  ];
  return `${lines.join('\n')}\n`;
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

/** Takes an address out of one direction, if it is in there. */
function release(address: string, direction: Direction): string[] {
  const chain = chainName({ address, direction });
  return [
    `add chain ${table} ${chain}`,
    ...forget(mapName(direction), address, ` : goto ${chain}`),
    `flush chain ${table} ${chain}`,
    `delete chain ${table} ${chain}`,
  ];
}

/**
 * One transaction that gives these addresses these isolations and no others, and leaves all other pods alone. A pod that
 * is being added gets its rules so before it has its first packet. `stale` sets are those that no rule needs afterwards.
 */
export function replacePods(
  addresses: readonly string[],
  isolations: readonly Isolation[],
  { denial = 'reject', stale = [] }: Options & { stale?: readonly string[] } = {},
): string {
  const isolated = new Set(isolations.map(({ address }) => address));
  const staying = new Set(isolations.map(chainName));
  const lines = [
    ...declarations(),
    ...directions.map((direction) => `flush chain ${table} ${direction}`),
    ...addresses.flatMap((address) => [
      ...(isolated.has(address) ? [] : forget('isolated', address)),
      ...directions.flatMap((direction) => {
        const chain = chainName({ address, direction });
        // A chain that stays is refilled, as in replaceAll.
        return staying.has(chain)
          ? [`add chain ${table} ${chain}`, `flush chain ${table} ${chain}`]
          : release(address, direction);
      }),
    ]),
    ...body(isolations, denial).text,
    ...stale.flatMap((name) => [
      `add set ${table} ${name} { type ipv4_addr; flags interval; }`,
      `delete set ${table} ${name}`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Rules in a form in which they can be compared. */
export interface Rendered {
  /** The chains of each address. */
  pods: ReadonlyMap<string, string>;
  /** The names of the sets that they refer to. */
  sets: ReadonlySet<string>;
}

export function rendered(
  isolations: readonly Isolation[],
  { denial = 'reject' }: Options = {},
): Rendered {
  const sets: Sets = new Map();
  const pods = new Map<string, string>();
  for (const isolation of isolations) {
    const { address } = isolation;
    const text = podChain(isolation, denial, sets).join('\n');
    pods.set(address, `${pods.get(address) ?? ''}${text}\n`);
  }
  return { pods, sets: new Set([...sets.values()].map(({ name }) => name)) };
}
