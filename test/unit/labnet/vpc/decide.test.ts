import { describe, expect, it } from 'vitest';
import type { VpcOptions } from '../../../../scripts/labnet/config.ts';
import { applied, decide, targetState } from '../../../../scripts/labnet/vpc/decide.ts';
import {
  cooldown,
  heldBy,
  newPool,
  perEni,
  type Pool,
} from '../../../../scripts/labnet/vpc/pool.ts';

const range = '10.244.1.0/24';
const node = '10.100.198.201';
/** Five addresses for pods on each of at most three ENIs. */
const base: VpcOptions = { warmEni: 1, enis: 3, addressesPerEni: 6 };
const later = 1_000_000;

/** A pool as `decide` brings it about, and how many of its addresses are in use. */
function settled(options: VpcOptions, inUse = 0, from = newPool(node, 0), now = 0): Pool {
  let pool = from;
  for (let i = 0; i < 100; i++) {
    const action = decide(pool, used(pool, inUse), options, now);
    if (!action) return pool;
    pool = applied(pool, action, range, used(pool, inUse), now);
  }
  throw new Error('the pool never comes to rest');
}

function used(pool: Pool, count: number): Set<string> {
  return new Set(pool.enis.flatMap(({ addresses }) => addresses).slice(0, count));
}

const sizes = (pool: Pool): number[] => pool.enis.map(({ addresses }) => addresses.length);

describe('a pool', () => {
  it('begins with the NIC of the node, and takes the lowest addresses of the range', () => {
    const { enis } = settled(base, 1);
    expect(enis.map(({ device, primary, addresses }) => [device, primary, ...addresses])).toEqual([
      [0, node, ...[2, 3, 4, 5, 6].map((n) => `10.244.1.${n}`)],
      [1, '10.244.1.7', ...[8, 9, 10, 11, 12].map((n) => `10.244.1.${n}`)],
    ]);
    expect(heldBy({ enis })).toBe(12);
  });

  const targets: [string, Partial<VpcOptions>, number, number[]][] = [
    ['one ENI is kept free', {}, 0, [5]],
    ['one pod makes it attach the next ENI', {}, 1, [5, 5]],
    ['a full ENI and one pod more', {}, 6, [5, 5, 5]],
    ['no more ENIs than the node may have', {}, 15, [5, 5, 5]],
    ['no warm ENI: one for the first pod', { warmEni: 0 }, 0, [5]],
    ['no warm ENI: a new one when none is free', { warmEni: 0 }, 5, [5, 5]],
    ['no warm ENI: none as long as one is free', { warmEni: 0 }, 4, [5]],
    ['two warm ENIs', { warmEni: 2 }, 0, [5, 5]],
    ['two warm addresses', { warmIp: 2 }, 0, [2]],
    ['two warm addresses beside three in use', { warmIp: 2 }, 3, [5]],
    ['two warm addresses on the next ENI', { warmIp: 2 }, 5, [5, 2]],
    ['warm addresses come before warm ENIs', { warmIp: 1, warmEni: 3 }, 0, [1]],
    ['a minimum alone keeps none warm', { minimumIp: 4 }, 4, [4]],
    ['a minimum of four', { minimumIp: 4 }, 0, [4]],
    ['a minimum over two ENIs', { minimumIp: 8 }, 0, [5, 3]],
    ['a minimum and one warm: the minimum counts', { minimumIp: 8, warmIp: 1 }, 3, [5, 3]],
    ['a minimum and one warm: the warm one counts', { minimumIp: 4, warmIp: 1 }, 4, [5]],
  ];

  it.each(targets)('%s', (_, options, inUse, wanted) => {
    const all = { ...base, ...options };
    let pool = newPool(node, 0);
    // Pods come one by one; each has an address before the next one comes.
    for (let pods = 0; pods <= inUse; pods++) pool = settled(all, pods, pool);
    expect(sizes(pool).filter((size) => size > 0)).toEqual(wanted);
  });

  it('counts short and over as AWS does', () => {
    const enis = [{ device: 0, primary: node, addresses: ['a', 'b', 'c'], since: 0 }];
    const state = (options: Partial<VpcOptions>): unknown =>
      targetState(enis, new Set(['a']), { ...base, ...options });
    expect(state({ warmIp: 5 })).toEqual({ short: 3, over: 0 });
    expect(state({ warmIp: 1 })).toEqual({ short: 0, over: 1 });
    expect(state({ warmIp: 1, minimumIp: 3 })).toEqual({ short: 0, over: 0 });
    expect(state({ minimumIp: 9 })).toEqual({ short: 6, over: 0 });
    expect(state({})).toEqual({ short: 5, over: 0 });
  });

  it('gives back what is too much, but nothing that cools down', () => {
    const options = { ...base, warmIp: 1 };
    const pool = settled({ ...base, warmIp: 4 });
    const [, , third = '', fourth = ''] = pool.enis[0]?.addresses ?? [];
    const cooling = { ...pool, freed: { [fourth]: later - cooldown + 1 } };
    expect(decide(cooling, new Set(), options, later)).toEqual({
      do: 'release',
      device: 0,
      addresses: expect.not.arrayContaining([fourth]),
    });
    expect(sizes(settled(options, 0, cooling, later + cooldown))).toEqual([1]);
    expect(third).not.toBe('');
  });

  it('detaches an ENI that nobody needs, after a minute, and never the first', () => {
    const pool = settled(base, 6);
    expect(sizes(pool)).toEqual([5, 5, 5]);
    expect(decide(pool, new Set(), base, 59_000)).toBeUndefined();
    expect(decide(pool, new Set(), base, 60_000)).toEqual({ do: 'detach', device: 2 });
    expect(sizes(settled(base, 0, pool, later))).toEqual([5]);
  });

  it('keeps an ENI with one address in use, or one that cools down', () => {
    const pool = settled(base, 6);
    const last = pool.enis[2]?.addresses[4] ?? '';
    const next = (taken: Set<string>, freed: Pool['freed']): unknown =>
      decide({ ...pool, freed }, taken, base, later);
    expect(next(new Set([last]), {})).toEqual({ do: 'detach', device: 1 });
    expect(next(new Set(), { [last]: later - 1 })).toEqual({ do: 'detach', device: 1 });
  });

  it('does not sway: what was attached is not detached for the same pods', () => {
    for (const warmEni of [0, 1, 2]) {
      for (let pods = 0; pods <= 15; pods++) {
        const options = { ...base, warmEni };
        const pool = settled(options, pods);
        expect(decide(pool, used(pool, pods), options, later)).toBeUndefined();
      }
    }
  });

  it.each([1, 2, 3, 4])('comes to rest over random targets and pods (seed %i)', (seed) => {
    let value = seed;
    const random = (below: number): number => {
      value = (value * 1_103_515_245 + 12_345) % 2 ** 31;
      return value % below;
    };
    let pool = newPool(node, 0);
    for (let i = 0; i < 300; i++) {
      const options: VpcOptions = {
        warmEni: random(4),
        ...(random(2) ? { warmIp: random(8) } : {}),
        ...(random(2) ? { minimumIp: random(12) } : {}),
        enis: 1 + random(5),
        addressesPerEni: 2 + random(8),
      };
      pool = settled(options, random(20), pool, i * 31_000);
      const held = pool.enis.flatMap(({ primary, addresses }) => [primary, ...addresses]);
      expect(new Set(held).size).toBe(held.length);
      expect(pool.enis[0]?.device).toBe(0);
      expect(perEni(options)).toBeGreaterThan(0);
    }
  });

  it('stops where the range ends', () => {
    const pool = newPool(node, 0);
    const taken = new Set<string>();
    const small = '10.244.1.0/29';
    const one = applied(pool, { do: 'assign', device: 0, count: 9 }, small, taken, 0);
    expect(one.enis[0]?.addresses).toEqual([
      '10.244.1.2',
      '10.244.1.3',
      '10.244.1.4',
      '10.244.1.5',
      '10.244.1.6',
    ]);
    expect(applied(one, { do: 'attach', device: 1 }, small, taken, 0)).toBe(one);
  });
});
