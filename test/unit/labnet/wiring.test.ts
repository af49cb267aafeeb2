import { describe, expect, it } from 'vitest';
import { nodeFacts } from '../../../scripts/labnet/node/facts.ts';
import { uplinkOf } from '../../../scripts/labnet/node/uplink.ts';
import { missing, nodePlan, peerPlan } from '../../../scripts/labnet/node/wiring.ts';
import type { SeenLink, SeenNamespace } from '../../../scripts/labnet/plan/seen.ts';
import { commandText } from '../../../scripts/labnet/plan/step.ts';

function link(ifname: string, ifindex: number, address: string, mtu = 1500): SeenLink {
  const [local = '', prefixlen = '24'] = address.split('/');
  const addr_info = [{ family: 'inet', local, prefixlen: Number(prefixlen), scope: 'global' }];
  return { ifname, ifindex, mtu, flags: ['UP'], addr_info };
}

const seen: SeenNamespace = {
  links: [link('enp0s3', 2, '10.0.2.15/24'), link('enp0s8', 3, '10.100.198.201/24', 1400)],
  routes: [{ dst: 'default', gateway: '10.0.2.2', dev: 'enp0s3' }],
  otherRoutes: [],
  neighbours: [],
  forwarding: [],
  rules: [],
};
const config = { mode: 'overlay', iface: 'enp0s8', podSubnet: '10.244.0.0/16' } as const;
const facts = nodeFacts(config, '10.244.1.0/24', uplinkOf(seen, 'enp0s8'));
const peer = { name: 'node2', range: '10.244.2.0/24', address: '10.100.198.202' };

describe('the NIC', () => {
  it.each([
    ['enp0s8', 'enp0s8', '10.100.198.201'],
    ['default-route', 'enp0s3', '10.0.2.15'],
    ['10.100.0.0/16', 'enp0s8', '10.100.198.201'],
  ])('%s is found', (iface, name, address) => {
    expect(uplinkOf(seen, iface)).toMatchObject({ link: name, address });
  });

  it.each(['eth7', '172.16.0.0/12'])('%s is refused with those that there are', (iface) => {
    expect(() => uplinkOf(seen, iface)).toThrow(/enp0s3 10\.0\.2\.15, enp0s8 10\.100\.198\.201/);
  });
});

describe('the wiring of a node', () => {
  it('leaves room for the tunnel in the MTU, and none without one', () => {
    expect(facts.mtu).toBe(1350);
    const routed = { ...config, mode: 'host-gw' } as const;
    expect(nodeFacts(routed, '10.244.1.0/24', facts.uplink).mtu).toBe(1400);
  });

  it('makes only what is missing', () => {
    const ids = missing(nodePlan(facts, { node: seen }), { node: seen }).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['bridge', 'tunnel', 'tunnel-address', 'nat']));
    const there: SeenNamespace = {
      ...seen,
      links: [...seen.links, link('labnet0', 4, '10.244.1.1/24')],
    };
    const rest = missing(nodePlan(facts, { node: there }), { node: there }).map(({ id }) => id);
    expect(rest).not.toContain('bridge');
    expect(rest).not.toContain('bridge-address');
    expect(rest).toContain('tunnel');
  });

  it('replaces a tunnel that leads out by another NIC', () => {
    const info_data = { id: 1, port: 8472, local: '10.0.2.15', link: 'enp0s3' };
    const old = { ...link('labnet.1', 5, '10.244.1.0/32'), linkinfo: { info_data } };
    const node = { ...seen, links: [...seen.links, old] };
    const ids = nodePlan(facts, { node }).map(({ id }) => id);
    expect(ids.indexOf('tunnel-outdated')).toBe(ids.indexOf('tunnel') - 1);
    expect(ids.indexOf('tunnel-outdated')).toBeGreaterThan(0);
  });

  it('leads to a peer as flannel does, with a MAC that follows from its range', () => {
    expect(peerPlan(facts, peer).map(({ command }) => commandText(command))).toEqual([
      'ip neighbour replace 10.244.2.0 lladdr 0a:58:0a:f4:02:00 dev labnet.1 nud permanent',
      'ip route replace 10.244.2.0/24 via 10.244.2.0 dev labnet.1 onlink proto 198',
      'bridge fdb replace 0a:58:0a:f4:02:00 dev labnet.1 dst 10.100.198.202 self permanent',
    ]);
    const routed = nodeFacts({ ...config, mode: 'host-gw' }, '10.244.1.0/24', facts.uplink);
    expect(peerPlan(routed, peer).map(({ command }) => commandText(command))).toEqual([
      'ip route replace 10.244.2.0/24 via 10.100.198.202 dev enp0s8 proto 198',
    ]);
  });

  it('names what is gone of the way to a peer', () => {
    const problems = peerPlan(facts, peer).map(({ verify }) => verify?.problem({ node: seen }));
    expect(problems).toEqual([
      'the neighbour entry for 10.244.2.0 (node2) is gone',
      'the route to 10.244.2.0/24 via 10.244.2.0 is gone',
      'the forwarding entry of labnet.1 for 0a:58:0a:f4:02:00 (node2) is gone',
    ]);
  });
});
