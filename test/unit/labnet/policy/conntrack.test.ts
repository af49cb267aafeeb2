import { describe, expect, test } from 'vitest';
import { parseConntrack } from '../../../../scripts/labnet/policy/conntrack.ts';

describe('parseConntrack', () => {
  test('reads the list, also the extended one, and skips what has no ports', () => {
    const udp =
      'udp      17 29 src=10.244.1.2 dst=10.96.0.10 sport=5 dport=53 [UNREPLIED] ' +
      'src=10.244.2.3 dst=192.168.0.1 sport=5353 dport=6 mark=0 use=1';
    const text = [
      udp,
      `ipv4     2 ${udp}`,
      'icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=1 src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=1',
      'ipv6     10 tcp 6 9 src=fd00::1 dst=fd00::2 sport=1 dport=2 src=fd00::2 dst=fd00::1 sport=2 dport=1',
      'conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.',
      '',
    ].join('\n');
    const tuple = (
      source: string,
      destination: string,
      sourcePort: number,
      destinationPort: number,
    ) => ({
      source,
      destination,
      sourcePort,
      destinationPort,
    });
    const flow = {
      protocol: 'UDP',
      original: tuple('10.244.1.2', '10.96.0.10', 5, 53),
      reply: tuple('10.244.2.3', '192.168.0.1', 5353, 6),
    };
    expect(parseConntrack(text)).toEqual([flow, flow]);
  });
});
