import { nthAddress, parseCidr } from '../../base/cidr.ts';
import type { VpcOptions } from '../config.ts';

/** An elastic network interface, as this lab plays it. */
export interface Eni {
  /** AWS's device number; 0 is the node's own NIC. */
  device: number;
  /** Its own address. */
  primary: string;
  /** What it holds for pods, in use or not. */
  addresses: string[];
  /** When it was attached, in milliseconds since 1970. */
  since: number;
}

/** All ENIs of a node. Which of their addresses are in use, the attachments tell. */
export interface Pool {
  enis: Eni[];
  /** When an address was given back (ms); those that cool down are among them. */
  freed: Record<string, number>;
  /** Why it could not grow the last time it should have. */
  problem?: string;
}

/** So long (ms) an address that was given back is not given again, as long as there are others. AWS has the same. */
export const cooldown = 30_000;

/** The node's own NIC is the first ENI, with the node's address as its own. */
export function newPool(nodeAddress: string, now: number): Pool {
  return { enis: [{ device: 0, primary: nodeAddress, addresses: [], since: now }], freed: {} };
}

/** Secondary addresses that one ENI can have. */
export function perEni({ addressesPerEni }: VpcOptions): number {
  return addressesPerEni - 1;
}

/** AWS's recommendation: one pod for each secondary address, and two more that use the node's own network. */
export function maxPods(options: VpcOptions): number {
  return options.enis * perEni(options) + 2;
}

/** Addresses that the ENIs take from the subnet: each its own, and those for pods. */
export function heldBy({ enis }: Pick<Pool, 'enis'>): number {
  return enis.reduce((sum, { addresses }) => sum + 1 + addresses.length, 0);
}

export function isCooling({ freed }: Pick<Pool, 'freed'>, address: string, now: number): boolean {
  const at = freed[address];
  return at !== undefined && now - at < cooldown;
}

/**
 * The lowest addresses of the node's range that no ENI holds. Numbers 0 and 1 and the last one stay unused: they are
 * the network, the bridge of the other modes, and broadcast.
 * @returns fewer than asked for when the range ends.
 */
export function unheld(
  range: string,
  { enis }: Pick<Pool, 'enis'>,
  taken: ReadonlySet<string>,
  count: number,
): string[] {
  const held = new Set(enis.flatMap(({ primary, addresses }) => [primary, ...addresses]));
  const { first, last } = parseCidr(range);
  const found: string[] = [];
  for (let number = 2; number < last - first && found.length < count; number++) {
    const address = nthAddress(range, number);
    if (!held.has(address) && !taken.has(address)) found.push(address);
  }
  return found;
}
