import { describe, expect, it } from 'vitest';
import { firstNameserver } from '../../../scripts/nodes/resolver.ts';

describe('firstNameserver', () => {
  it.each([
    ['the first of several', 'nameserver 192.0.2.1\nnameserver 192.0.2.2\n', '192.0.2.1'],
    ['one after search and options', 'search lan\noptions edns0\nnameserver 10.0.2.3', '10.0.2.3'],
    ['one behind a stub on loopback', 'nameserver 127.0.0.53\nnameserver 192.0.2.1', '192.0.2.1'],
    [
      'one behind IPv6',
      'nameserver fe80::1%eth0\nnameserver ::1\nnameserver 192.0.2.1',
      '192.0.2.1',
    ],
    ['one with tabs and a remark', '\tnameserver\t192.0.2.1 # dns\n', '192.0.2.1'],
    ['none but a stub', 'nameserver 127.0.0.53\n', undefined],
    ['none in a remark', '# nameserver 192.0.2.1\n; nameserver 192.0.2.2\n', undefined],
    ['none that is an address', 'nameserver dns.example\n', undefined],
    ['none at all', '', undefined],
  ])('finds %s', (_, text, expected) => {
    expect(firstNameserver(text)).toBe(expected);
  });
});
