import { linkNamed, type SeenForwarding } from '../../labnet/plan/seen.ts';
import { legOf, lookOf, type Evidence, type Leg } from './evidence.ts';
import type { Look } from './look.ts';
import { isWrapping, type Pass } from './nft-trace.ts';
import type { Packet } from './packet.ts';
import { routeKey, type RouteAnswer, type RouteQuestion } from './route.ts';

/** A route to be asked for: on a node, or in the pod at one end. */
export interface Asked {
  place: string;
  question: RouteQuestion;
}

export function answerTo(evidence: Evidence, asked: Asked | undefined): RouteAnswer | undefined {
  return asked && evidence.routes.get(routeKey(asked.place, asked.question));
}

/** What the node routes by: the sender before, and the target after translation. */
export function forwarded({ packets, iif }: Pass): { packet: Packet; iif: string } | undefined {
  const [first] = packets;
  // Postrouting changes the source only when the way is decided.
  const last = packets.at(-1);
  if (!first || !last || iif === undefined || isWrapping(first)) return undefined;
  const to = last.dport === undefined ? {} : { dport: last.dport };
  return { packet: { ...first, dst: last.dst, ...to }, iif };
}

export function routeOnNode(leg: Leg, node: string): Asked | undefined {
  const passes = leg.trip.passes.filter((pass) => pass.node === node);
  const [asked] = passes.map(routeOfPass).filter((one) => one !== undefined);
  return asked;
}

export function routeOfPass(pass: Pass): Asked | undefined {
  const found = forwarded(pass);
  if (!found) return undefined;
  const { packet, iif } = found;
  return { place: pass.node, question: { dst: packet.dst, src: packet.src, iif } };
}

/** Where the pod at the beginning of the leg would send it. */
export function routeInPod(evidence: Evidence, { direction, start }: Leg): Asked | undefined {
  if (!start) return undefined;
  const dst =
    direction === 'request'
      ? evidence.flow.target
      : evidence.trips.request.sightings.at(-1)?.packet.src;
  return dst === undefined ? undefined : { place: start.label, question: { dst } };
}

/** Where a tunnel sends frames for the next hop: a neighbour entry gives the MAC, a forwarding entry the other node. */
export function tunnelEntry(look: Look, tunnel: string, hop: string): SeenForwarding | undefined {
  const { lladdr } = look.neighbours.find(({ dst, dev }) => dst === hop && dev === tunnel) ?? {};
  return look.forwarding.find(({ mac, ifname }) => mac === lladdr && ifname === tunnel);
}

function underlay(evidence: Evidence, node: string): Asked[] {
  const look = lookOf(evidence, node);
  return look.forwarding
    .filter(({ dst, ifname }) => dst !== undefined && linkNamed(look, ifname) !== undefined)
    .map(({ dst = '' }) => ({ place: node, question: { dst } }));
}

/** All that has to be asked before a verdict can be given. */
export function questionsOf(evidence: Evidence): Asked[] {
  const legs = [legOf(evidence, 'request'), legOf(evidence, 'answer')];
  const nodes = (leg: Leg): string[] => [
    ...new Set(leg.trip.sightings.map((sighting) => sighting.node)),
  ];
  return legs.flatMap((leg) => [
    ...[routeInPod(evidence, leg), ...nodes(leg).map((node) => routeOnNode(leg, node))].filter(
      (asked) => asked !== undefined,
    ),
    ...nodes(leg).flatMap((node) => underlay(evidence, node)),
  ]);
}
