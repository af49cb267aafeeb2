import { kindOf, cableOf, type Look } from './look.ts';
import { linkNamed, type SeenLink } from '../../labnet/plan/seen.ts';
import type { Direction, Flow } from './packet.ts';
import type { End } from './place.ts';
import type { Probed } from './probe.ts';
import type { RouteAnswers } from './route.ts';
import type { Trip, Trips } from './trip.ts';

/** A pod at one end, with what its namespace has. */
export interface SeenEnd extends End {
  look: Look;
}

/** All that is known of a connection that was tried. */
export interface Evidence {
  flow: Flow;
  trips: Trips;
  probed: Probed;
  /** By the node's name. */
  looks: ReadonlyMap<string, Look>;
  from: SeenEnd;
  /** Where the request was meant to arrive, after translation; undefined when that is no pod. */
  to?: SeenEnd;
  routes: RouteAnswers;
}

/** One direction: where it begins, and where it is to end. */
export interface Leg {
  direction: Direction;
  trip: Trip;
  start?: SeenEnd;
  end?: SeenEnd;
}

export function legOf({ trips, from, to }: Evidence, direction: Direction): Leg {
  const other = to ? { to } : {};
  return direction === 'request'
    ? { direction, trip: trips.request, start: from, ...('to' in other ? { end: other.to } : {}) }
    : { direction, trip: trips.answer, ...('to' in other ? { start: other.to } : {}), end: from };
}

export function lookOf({ looks }: Evidence, node: string): Look {
  const found = looks.get(node);
  if (!found) throw new Error(`nobody looked at ${node}`);
  return found;
}

/** The node's end of a pod's cable. */
export function cable(evidence: Evidence, end: SeenEnd): SeenLink | undefined {
  return cableOf(lookOf(evidence, end.node.name), end.look);
}

export type LinkKind = 'cable' | 'bridge' | 'tunnel' | 'nic';

export function linkKind(look: Look, name: string): LinkKind {
  const link = linkNamed(look, name);
  const kind = kindOf(link);
  if (kind === 'bridge') return 'bridge';
  if (kind === 'vxlan') return 'tunnel';
  // The NICs of a node in a container are cables, too; only those of pods are plugged into a bridge.
  return kind === 'veth' && link?.master !== undefined ? 'cable' : 'nic';
}
