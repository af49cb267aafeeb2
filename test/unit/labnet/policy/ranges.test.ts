import { describe, expect, test } from 'vitest';
import {
  addressNumber,
  addressText,
  cidrRange,
  includes,
  rangeText,
  subtract,
  union,
  type Range,
} from '../../../../scripts/labnet/policy/ranges.ts';

function range(text: string): Range {
  const [first = '', last = first] = text.split('-');
  return { first: addressNumber(first), last: addressNumber(last) };
}

describe('address ranges', () => {
  test.each(['0.0.0.0', '10.244.1.7', '192.168.0.255', '255.255.255.255'])('%s', (text) => {
    expect(addressText(addressNumber(text))).toBe(text);
  });

  test.each([
    ['10.244.0.0/16', '10.244.0.0-10.244.255.255'],
    ['10.244.1.7/29', '10.244.1.0-10.244.1.7'],
    ['10.1.2.3/32', '10.1.2.3'],
    ['0.0.0.0/0', '0.0.0.0-255.255.255.255'],
    ['200.0.0.0/1', '128.0.0.0-255.255.255.255'],
  ])('reads %s', (cidr, text) => {
    expect(rangeText(cidrRange(cidr) as Range)).toBe(text);
  });

  test('has no IPv6', () => {
    expect(cidrRange('fd00::/64')).toBeUndefined();
  });

  test('joins what overlaps and leaves neighbours alone', () => {
    const texts = ['10.0.0.9', '10.0.0.2', '10.0.0.1', '10.0.0.4-10.0.0.8', '10.0.0.6-10.0.0.9'];
    const joined = ['10.0.0.1', '10.0.0.2', '10.0.0.4-10.0.0.9'];
    expect(union([...texts, '10.0.0.2'].map(range)).map(rangeText)).toEqual(joined);
  });

  test.each([
    [[], ['10.0.0.0-10.0.0.255']],
    [['10.0.0.0-10.0.0.3'], ['10.0.0.4-10.0.0.255']],
    [['10.0.0.250-10.0.1.5'], ['10.0.0.0-10.0.0.249']],
    [
      ['10.0.0.4', '10.0.0.6', '10.9.0.0'],
      ['10.0.0.0-10.0.0.3', '10.0.0.5', '10.0.0.7-10.0.0.255'],
    ],
    [['10.0.0.0-10.0.0.127', '10.0.0.64-10.0.0.255'], []],
  ])('without %j', (holes, left) => {
    expect(subtract(range('10.0.0.0-10.0.0.255'), holes.map(range)).map(rangeText)).toEqual(left);
  });

  test('finds an address in many ranges', () => {
    const ranges = ['10.0.0.1', '10.0.0.3', '10.0.0.5-10.0.0.9'].map(range);
    const found = Array.from({ length: 12 }, (_, n) => n).filter((n) =>
      includes(ranges, addressNumber(`10.0.0.${n}`)),
    );
    expect(found).toEqual([1, 3, 5, 6, 7, 8, 9]);
    expect(includes([], 1)).toBe(false);
  });
});
