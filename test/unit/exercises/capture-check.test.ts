import { describe, expect, it } from 'vitest';
import { readPackets } from '../../../scripts/exercises/packets.ts';
import { fakeCluster, fakePod, type FakeCluster } from '../../support/fake-cluster.ts';
import { tryCheck } from '../../support/checking.ts';

const tunnel = [
  'IP 10.100.198.201.38122 > 10.100.198.202.8472: OTV, flags [I] (0x08), overlay 0, instance 1',
  'IP 10.244.1.5 > 10.244.2.5: ICMP echo request, id 7, seq 1, length 64',
  'IP 10.100.198.202.51000 > 10.100.198.201.8472: OTV, flags [I] (0x08), overlay 0, instance 1',
  'IP 10.244.2.5 > 10.244.1.5: ICMP echo reply, id 7, seq 1, length 64',
].join('\n');

describe('readPackets', () => {
  it('takes the inside of a tunnelled packet from the next line', () => {
    const packets = readPackets(tunnel);
    expect(packets).toHaveLength(2);
    expect(packets[0]).toEqual({
      src: '10.100.198.201',
      dst: '10.100.198.202',
      sport: '38122',
      dport: '8472',
      protocol: 'udp',
      vni: '1',
      inner_src: '10.244.1.5',
      inner_dst: '10.244.2.5',
      inner_protocol: 'icmp',
    });
  });

  it('reads VXLAN on its own port, tcp, arp and the interface of -i any', () => {
    const text = [
      'IP 10.0.0.1.1234 > 10.0.0.2.4789: VXLAN, flags [I] (0x08), vni 42',
      'IP 10.1.0.1.43210 > 10.1.0.2.80: Flags [S], seq 1, win 64240, length 0',
      'ARP, Request who-has 10.244.1.1 tell 10.244.1.5, length 28',
      'enp0s8 Out IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 1, seq 1, length 64',
      '3 packets captured',
    ].join('\n');
    expect(readPackets(text)).toEqual([
      {
        ...{
          src: '10.0.0.1',
          dst: '10.0.0.2',
          sport: '1234',
          dport: '4789',
          protocol: 'udp',
          vni: '42',
        },
        ...{
          inner_src: '10.1.0.1',
          inner_dst: '10.1.0.2',
          inner_sport: '43210',
          inner_dport: '80',
        },
        inner_protocol: 'tcp',
      },
      { src: '10.244.1.5', dst: '10.244.1.1', protocol: 'arp' },
      { interface: 'enp0s8', src: '10.0.0.1', dst: '10.0.0.2', protocol: 'icmp' },
    ]);
  });
});

function lab(seen: string): FakeCluster {
  const cluster = fakeCluster([
    fakePod('a', 'node1', '10.244.1.5'),
    fakePod('b', 'node2', '10.244.2.5'),
  ]);
  const stderr = 'listening on enp0s8, link-type EN10MB';
  cluster.node1
    .on(/tcpdump .* -i enp0s8 'udp port 8472'$/, { stdout: seen, stderr })
    .on(/ping/, 'ttl=62');
  return cluster;
}

describe('capture', () => {
  const check = {
    kind: 'capture',
    on: 'worker1',
    interface: 'enp0s8',
    filter: 'udp port 8472',
    during: { from: { pods: { name: 'a' } }, to: { pods: { name: 'b' } } },
    expect: { where: { inner_dst: '10.244.2.5', vni: 1 } },
  };

  it('passes when a packet fits, and makes the traffic itself', async () => {
    const cluster = lab(tunnel);
    expect((await tryCheck(cluster, check)).pass).toBe(true);
    expect(cluster.node1.asked.some((line) => line.startsWith('uid-a: ping'))).toBe(true);
  });

  it('fails when none fits, and shows what was seen', async () => {
    const where = { inner_dst: '10.244.2.5', vni: 9 };
    const outcome = await tryCheck(lab(tunnel), { ...check, expect: { where } });
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toContain('10.244.1.5 > 10.244.2.5 icmp');
  });

  it('fails when nothing was seen', async () => {
    expect((await tryCheck(lab(''), check)).actual).toContain('no packet on enp0s8');
  });

  it('fails when there is nothing to make traffic with', async () => {
    const during = { from: { pods: { name: 'gone' } }, to: { pods: { name: 'b' } } };
    expect((await tryCheck(lab(tunnel), { ...check, during })).pass).toBe(false);
  });

  it('none passes only beside a packet that was seen', async () => {
    const none = { where: { dst: '10.0.2.15' }, none: { while: { inner_dst: '10.244.2.5' } } };
    expect((await tryCheck(lab(tunnel), { ...check, expect: none })).pass).toBe(true);
    expect((await tryCheck(lab(''), { ...check, expect: none })).actual).toContain('cannot tell');
    const seen = { ...none, where: { dst: '10.100.198.202' } };
    expect((await tryCheck(lab(tunnel), { ...check, expect: seen })).pass).toBe(false);
  });
});
