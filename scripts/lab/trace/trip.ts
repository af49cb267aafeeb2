import type { Sighting } from './capture.ts';
import { isWrapping, type Pass } from './nft-trace.ts';
import {
  isRefusal,
  requestOf,
  sourceOf,
  targetOf,
  type Direction,
  type Flow,
  type Packet,
} from './packet.ts';
import type { Recording } from './watch.ts';

/** The way of the first packet in one direction: each link and each pass once, in order. */
export interface Trip {
  sightings: readonly Sighting[];
  passes: readonly Pass[];
}

export interface Trips {
  request: Trip;
  answer: Trip;
  /** What somebody on the way, or the target, told of a packet that he did not take. */
  refusals: readonly Sighting[];
}

/** Both ends under all the addresses that NAT gives them on the way. */
interface Names {
  client: Set<string>;
  target: Set<string>;
}

function directionOf({ client, target }: Names, packet: Packet): Direction | undefined {
  const [source, to] = [sourceOf(packet), targetOf(packet)];
  if (client.has(source) && target.has(to)) return 'request';
  return target.has(source) && client.has(to) ? 'answer' : undefined;
}

function namesIn(flow: Flow, passes: readonly Pass[]): Names {
  const first = requestOf(flow);
  const names = { client: new Set([sourceOf(first)]), target: new Set([targetOf(first)]) };
  // A pass on one node may only be understood by what another node translated before.
  for (let round = 0; round < 3; round++) {
    for (const { packets, steps } of passes) {
      const known = packets.map((packet) => directionOf(names, packet)).find(Boolean);
      for (const packet of known ? packets : []) {
        names.client.add(known === 'request' ? sourceOf(packet) : targetOf(packet));
        names.target.add(known === 'request' ? targetOf(packet) : sourceOf(packet));
      }
      // Where a packet was translated and no chain has seen it since.
      for (const { rule = '' } of known === 'request' ? steps : []) {
        const to = / dnat to (\S+)/.exec(rule)?.[1];
        if (to !== undefined) names.target.add(to);
      }
    }
  }
  return names;
}

/** Of TCP only what opens a connection, or refuses it. */
function opens({ protocol, flags = '' }: Packet, direction: Direction): boolean {
  if (protocol !== 'tcp') return true;
  return direction === 'request' ? flags === 'S' : /^(S\.|R)/.test(flags);
}

function once<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map([...items].reverse().map((item) => [key(item), item])).values()].reverse();
}

/** Of wrapped packets the outside alone is traced; whose it is, the packets on the links tell. */
function wrappingDirection(
  { node, packets: [outer], hooks }: Pass,
  ways: Readonly<Record<Direction, readonly Sighting[]>>,
): Direction | undefined {
  if (!outer) return undefined;
  const wraps = ({ wrapping }: Sighting): boolean =>
    wrapping !== undefined &&
    sourceOf(wrapping) === sourceOf(outer) &&
    targetOf(wrapping) === targetOf(outer);
  const enters = (one: Sighting): boolean => one.node === node && one.way === 'out';
  const directions = ['request', 'answer'] as const;
  return (
    directions.find((direction) => ways[direction].some(wraps)) ??
    // Dropped before any link: it was made from what was sent last on this node.
    (hooks.includes('output') ? directions.find((one) => ways[one].some(enters)) : undefined)
  );
}

export function tripsOf(flow: Flow, { sightings, passes }: Recording): Trips {
  const names = namesIn(flow, passes);
  const ordered = [...sightings].sort((a, b) => a.at - b.at);
  const on = (direction: Direction): Sighting[] =>
    once(
      ordered.filter(
        ({ packet }) => directionOf(names, packet) === direction && opens(packet, direction),
      ),
      ({ node, link, way, wrapping }) => `${node} ${link} ${way} ${wrapping !== undefined}`,
    );
  const ways = { request: on('request'), answer: on('answer') };
  const through = (direction: Direction): Pass[] =>
    once(
      passes.filter((pass) => {
        const [first] = pass.packets;
        if (!first) return false;
        const own = isWrapping(first) ? wrappingDirection(pass, ways) : directionOf(names, first);
        return own === direction;
      }),
      ({ node, iif, packets: [first] }) => `${node} ${iif} ${first && isWrapping(first)}`,
    );
  return {
    request: { sightings: ways.request, passes: through('request') },
    answer: { sightings: ways.answer, passes: through('answer') },
    refusals: ordered.filter(
      ({ packet }) =>
        isRefusal(packet) &&
        (packet.protocol === 'icmp' || directionOf(names, packet) === 'answer'),
    ),
  };
}
