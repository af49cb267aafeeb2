import { describe, expect, it } from 'vitest';
import { vpcDefaults } from '../../../../scripts/labnet/config.ts';
import { pickFrom } from '../../../../scripts/labnet/vpc/pick.ts';
import { cooldown, maxPods, type Pool } from '../../../../scripts/labnet/vpc/pool.ts';

const pool = (freed: Pool['freed'] = {}, problem?: string): Pool => ({
  enis: [
    { device: 0, primary: 'n', addresses: ['a', 'b'], since: 0 },
    { device: 1, primary: 'p', addresses: ['c', 'd'], since: 0 },
  ],
  freed,
  ...(problem === undefined ? {} : { problem }),
});
const now = 1_000_000;
const pick = (from: Pool, ...taken: string[]): unknown =>
  pickFrom(from, new Set(taken), vpcDefaults, now);

describe('an address for a pod', () => {
  it.each([
    ['the first free one of the first ENI', pool(), [], { address: 'a', device: 0 }],
    ['of the next ENI when that is full', pool(), ['a', 'b'], { address: 'c', device: 1 }],
    ['not one that cools down', pool({ a: now - 1 }), [], { address: 'b', device: 0 }],
    ['one that has cooled down', pool({ a: now - cooldown }), [], { address: 'a', device: 0 }],
    [
      'the one that was given back longest ago, when all others cool down',
      pool({ b: now - 5, c: now - 9, d: now - 1 }),
      ['a'],
      { address: 'c', device: 1 },
    ],
  ])('is %s', (_, from, taken, wanted) => {
    expect(pick(from, ...taken)).toEqual(wanted);
  });

  it('is none when all are in use, with the reason why there are no more', () => {
    const all = ['a', 'b', 'c', 'd'];
    const failure = { code: 101, message: expect.stringMatching(/all 4 .* are in use/) };
    expect(() => pick(pool(), ...all)).toThrow(
      expect.objectContaining({ ...failure, details: expect.stringMatching(/2 of 3 ENIs/) }),
    );
    expect(() => pick(pool({}, 'the subnet is used up'), ...all)).toThrow(
      expect.objectContaining({ ...failure, details: 'the subnet is used up' }),
    );
  });

  it('is there for as many pods as AWS recommends', () => {
    // As on a t3.medium, which has 3 ENIs with 6 addresses each.
    expect(maxPods(vpcDefaults)).toBe(17);
  });
});
