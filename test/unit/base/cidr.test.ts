import { describe, expect, test } from 'vitest';
import {
  addressProblem,
  cidrProblem,
  contains,
  hostPart,
  nthAddress,
  overlaps,
  parseCidr,
  prefixOf,
} from '../../../scripts/base/cidr.ts';

describe('cidr', () => {
  test('reads a network', () => {
    expect(parseCidr('10.96.0.0/12')).toMatchObject({ text: '10.96.0.0/12', prefix: 12 });
    expect(prefixOf('10.100.198.0/24')).toBe(24);
  });

  test.each([
    ['10.244.0.0', 'lacks the prefix length'],
    ['10.244.0.0/33', 'is no IPv4 network'],
    ['10.244.0/16', 'is no IPv4 network'],
    ['fd00::/64', 'only IPv4 works for now'],
    ['10.244.1.0/16', 'bits set behind its prefix; the network is 10.244.0.0/16'],
    ['', 'lacks the prefix length'],
  ])('refuses %s as a network', (text, words) => {
    expect(cidrProblem(text)).toContain(words);
    expect(() => parseCidr(text)).toThrow(words);
  });

  test.each([
    ['10.0.0.256', 'is no IPv4 address'],
    ['10.0.0.1/24', 'without a prefix length'],
    ['::1', 'only IPv4'],
    ['master', 'is no IPv4 address'],
  ])('refuses %s as an address', (text, words) => {
    expect(addressProblem(text)).toContain(words);
  });

  test('contains and overlaps', () => {
    expect(contains('10.100.198.0/24', '10.100.198.255')).toBe(true);
    expect(contains('10.100.198.0/24', '10.100.199.0')).toBe(false);
    expect(overlaps('10.96.0.0/12', '10.100.198.0/24')).toBe(true);
    expect(overlaps('10.112.0.0/12', '10.96.0.0/12')).toBe(false);
    expect(overlaps('0.0.0.0/0', '255.255.255.255/32')).toBe(true);
  });

  test('counts addresses from both ends', () => {
    expect(nthAddress('10.100.198.0/24', 200)).toBe('10.100.198.200');
    expect(nthAddress('10.100.198.0/24', -1)).toBe('10.100.198.255');
    expect(nthAddress('255.255.255.0/24', 255)).toBe('255.255.255.255');
    expect(hostPart('10.100.198.0/24', '10.100.198.200')).toBe(200);
    expect(() => nthAddress('10.0.0.0/30', 4)).toThrow(RangeError);
  });
});
