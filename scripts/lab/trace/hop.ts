import type { Leg } from './evidence.ts';
import type { Direction } from './packet.ts';

export type Place = 'pod' | 'cable' | 'bridge' | 'route' | 'service' | 'rule' | 'tunnel' | 'nic';

/** One station of the way, as a learner is told of it. */
export interface Hop {
  direction: Direction;
  node: string;
  place: Place;
  link?: string;
  /** In words. */
  what: string;
  /** The rule, route or entry behind it. */
  evidence: string[];
  packet: string;
}

export type Tell = (place: Place, what: string, evidence?: readonly string[], link?: string) => Hop;

/** Hops of one packet at one node differ in little. */
export function teller({ direction }: Leg, node: string, packet: string): Tell {
  return (place, what, evidence = [], link) => ({
    direction,
    node,
    place,
    ...(link === undefined ? {} : { link }),
    what,
    evidence: [...evidence],
    packet,
  });
}
