import { hostPart, parseCidr } from '../../base/cidr.ts';
import { nextAddress } from '../ipam/range.ts';
import type { NodeFacts } from '../node/facts.ts';
import { kindOf, type Kind } from '../pod/drivers.ts';
import { nameOf } from '../policy/model.ts';
import { pickFrom } from '../vpc/pick.ts';
import { newPool } from '../vpc/pool.ts';
import { takenBy, type AgentState } from './state.ts';

/** An address for a pod, and the ENI that holds it where there are ENIs. */
export interface Given {
  address: string;
  device: number;
}

const sources: Record<Kind, (state: AgentState, facts: NodeFacts, now: number) => Given> = {
  bridged: (state, { range }) => ({
    address: nextAddress(range, takenBy(state), state.last).address,
    device: 0,
  }),
  routed: (state, { uplink, vpc }, now) =>
    pickFrom(state.pool ?? newPool(uplink.address, now), takenBy(state), vpc, now),
};

/**
 * The address that the next pod gets; nothing is changed.
 * @throws CniError 101 when there is none.
 */
export function nextGiven(state: AgentState, facts: NodeFacts, now = Date.now()): Given {
  return sources[kindOf[facts.mode]](state, facts, now);
}

const rooms: Record<Kind, (state: AgentState, facts: NodeFacts) => number> = {
  bridged(_, { range }) {
    const { first, last } = parseCidr(range);
    return last - first - 2;
  },
  routed: ({ pool }) =>
    (pool?.enis ?? []).reduce((sum, { addresses }) => sum + addresses.length, 0),
};

/** Those of the pods that are connected here, by namespace/name. */
export function podAddresses({ attachments }: AgentState): Map<string, string> {
  return new Map(
    Object.values(attachments).flatMap(({ pod, wiring }) =>
      pod ? [[nameOf(pod), wiring.address] as const] : [],
    ),
  );
}

/** How many pods can have an address now, those that have one among them. */
export function roomOf(state: AgentState, facts: NodeFacts): number {
  return rooms[kindOf[facts.mode]](state, facts);
}

/** Notes that an address is in use. */
export function noteGiven(state: AgentState, { range }: NodeFacts, { address }: Given): void {
  state.last = hostPart(range, address);
  if (state.pool) Reflect.deleteProperty(state.pool.freed, address);
}

/** Notes that an address is free again: from now on it cools down. */
export function noteFreed({ pool }: AgentState, address: string, now = Date.now()): void {
  if (pool) pool.freed[address] = now;
}
