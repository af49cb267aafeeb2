import type { VpcOptions } from '../config.ts';
import { isCooling, perEni, unheld, type Eni, type Pool } from './pool.ts';

/** What the pool needs next. */
export type Action =
  | { do: 'attach'; device: number }
  | { do: 'assign'; device: number; count: number }
  | { do: 'release'; device: number; addresses: string[] }
  | { do: 'detach'; device: number };

/** An ENI that was attached a moment ago is not detached yet, or the pool would sway. AWS waits as long. */
const youngest = 60_000;

function inUse(eni: Eni, taken: ReadonlySet<string>): number {
  return eni.addresses.filter((address) => taken.has(address)).length;
}

/**
 * How many addresses are missing, and how many are too many. By the targets for addresses if one of them is given
 * (AWS: datastoreTargetState); otherwise by whole ENIs, of which none is ever too many by parts.
 * Addresses that cool down count as available, as in AWS.
 */
export function targetState(
  enis: readonly Eni[],
  taken: ReadonlySet<string>,
  options: VpcOptions,
): { short: number; over: number } {
  const { warmEni, warmIp, minimumIp } = options;
  const total = enis.reduce((sum, { addresses }) => sum + addresses.length, 0);
  const available = total - enis.reduce((sum, eni) => sum + inUse(eni, taken), 0);
  if (warmIp === undefined && minimumIp === undefined) {
    const low = available < Math.max(warmEni * perEni(options), 1);
    return { short: low ? perEni(options) : 0, over: 0 };
  }
  const [warm, minimum] = [warmIp ?? 0, minimumIp ?? 0];
  return {
    short: Math.max(warm - available, minimum - total, 0),
    over: Math.max(Math.min(available - warm, total - minimum), 0),
  };
}

function growth({ enis }: Pool, short: number, options: VpcOptions): Action | undefined {
  const room = enis.find(({ addresses }) => addresses.length < perEni(options));
  if (room) {
    const count = Math.min(short, perEni(options) - room.addresses.length);
    return { do: 'assign', device: room.device, count };
  }
  if (enis.length >= options.enis) return undefined;
  const devices = new Set(enis.map(({ device }) => device));
  const device = Array.from({ length: options.enis }, (_, i) => i).find((one) => !devices.has(one));
  return device === undefined ? undefined : { do: 'attach', device };
}

/**
 * The next thing to do about the pool, or nothing. One at a time: each is carried out before the next is asked for,
 * so an agent that is killed in between goes on where the pool is.
 */
export function decide(
  pool: Pool,
  taken: ReadonlySet<string>,
  options: VpcOptions,
  now: number,
): Action | undefined {
  const { short, over } = targetState(pool.enis, taken, options);
  if (short > 0) return growth(pool, short, options);
  const isFree = (address: string): boolean =>
    !taken.has(address) && !isCooling(pool, address, now);
  // The last attached goes first; the node's own NIC stays.
  const newestFirst = [...pool.enis].sort((one, other) => other.device - one.device);
  const idle = newestFirst.find(
    (eni) =>
      eni.device > 0 &&
      now - eni.since >= youngest &&
      eni.addresses.every(isFree) &&
      targetState(
        pool.enis.filter((one) => one !== eni),
        taken,
        options,
      ).short === 0,
  );
  if (idle) return { do: 'detach', device: idle.device };
  for (const { device, addresses } of over > 0 ? newestFirst : []) {
    const free = addresses.filter(isFree).reverse().slice(0, over);
    if (free.length > 0) return { do: 'release', device, addresses: free };
  }
  return undefined;
}

/** With it goes what was known of addresses that no ENI holds any more. */
function withEnis(pool: Pool, enis: Eni[]): Pool {
  const held = new Set(enis.flatMap(({ addresses }) => addresses));
  const freed = Object.entries(pool.freed).filter(([address]) => held.has(address));
  return { ...pool, enis, freed: Object.fromEntries(freed) };
}

/** The pool after an action. A new ENI has its own address only; the others are assigned next. */
export function applied(
  pool: Pool,
  action: Action,
  range: string,
  taken: ReadonlySet<string>,
  now: number,
): Pool {
  const change = (work: (addresses: string[]) => string[]): Pool =>
    withEnis(
      pool,
      pool.enis.map((eni) =>
        eni.device === action.device ? { ...eni, addresses: work(eni.addresses) } : eni,
      ),
    );
  switch (action.do) {
    case 'attach': {
      const [primary] = unheld(range, pool, taken, 1);
      if (primary === undefined) return pool;
      const eni = { device: action.device, primary, addresses: [], since: now };
      return { ...pool, enis: [...pool.enis, eni].sort((a, b) => a.device - b.device) };
    }
    case 'assign':
      return change((addresses) => [...addresses, ...unheld(range, pool, taken, action.count)]);
    case 'release':
      return change((addresses) => addresses.filter((one) => !action.addresses.includes(one)));
    case 'detach':
      return withEnis(
        pool,
        pool.enis.filter(({ device }) => device !== action.device),
      );
  }
}
