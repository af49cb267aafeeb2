import { describe, expect, it } from 'vitest';
import { nextAddress } from '../../../scripts/labnet/ipam/range.ts';

/** The same numbers each time: a small linear congruential generator. */
function numbers(seed: number): (below: number) => number {
  let value = seed;
  return (below) => {
    value = (value * 1_103_515_245 + 12_345) % 2 ** 31;
    return value % below;
  };
}

describe('addresses of a node', () => {
  it('begin behind the gateway', () => {
    expect(nextAddress('10.244.1.0/24', new Set(), 1)).toEqual({
      address: '10.244.1.2',
      number: 2,
    });
  });

  it('go round, so that a free one is used as late as possible', () => {
    const taken = new Set(['10.0.0.2', '10.0.0.3']);
    expect(nextAddress('10.0.0.0/29', taken, 6).address).toBe('10.0.0.4');
    expect(nextAddress('10.0.0.0/29', taken, 4).address).toBe('10.0.0.5');
  });

  it.each(['10.0.0.0/30', '10.0.0.0/31', '10.0.0.0/32'])('%s has room for at most one', (range) => {
    const taken = new Set(['10.0.0.2']);
    expect(() => nextAddress(range, taken, 1)).toThrow(/no free address/);
  });

  it.each([1, 2, 3, 4, 5])('stay unique over random starts and ends (seed %i)', (seed) => {
    const random = numbers(seed);
    const taken = new Set<string>();
    let last = 1;
    for (let i = 0; i < 2_000; i++) {
      const all = [...taken];
      if (all.length > 0 && random(100) < 45) taken.delete(all[random(all.length)] ?? '');
      else if (taken.size === 29) {
        expect(() => nextAddress('10.0.0.0/27', taken, last)).toThrow(/all 29 are in use/);
        taken.clear();
      } else {
        const { address, number } = nextAddress('10.0.0.0/27', taken, last);
        expect(taken.has(address)).toBe(false);
        expect(address).toMatch(/^10\.0\.0\.([2-9]|[12]\d|30)$/);
        taken.add(address);
        last = number;
      }
    }
  });
});
