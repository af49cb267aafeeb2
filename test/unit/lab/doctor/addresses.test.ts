import { describe, expect, it } from 'vitest';
import { ownedNetworks, type AddressFacts } from '../../../../scripts/lab/doctor/address-facts.ts';
import { freeNetwork, judgeAddresses } from '../../../../scripts/lab/doctor/addresses.ts';
import { bad, find } from './hosts.ts';

describe('addresses', () => {
  const lab = { environment: 'lab', device: 'podman1', subnets: ['10.100.198.0/24'] };
  const home: AddressFacts = {
    name: 'lab',
    network: '10.100.198.0/24',
    podSubnet: '10.244.0.0/16',
    serviceSubnet: '10.96.0.0/12',
    routes: [{ to: '192.168.1.0/24', device: 'wlan0' }],
    addresses: [
      { address: '127.0.0.1', device: 'lo' },
      { address: '192.168.1.20', device: 'wlan0' },
    ],
    ours: [],
    environments: [],
  };
  const running: AddressFacts = {
    ...home,
    routes: [...home.routes, { to: '10.100.198.0/24', device: 'podman1' }],
    addresses: [...home.addresses, { address: '10.100.198.1', device: 'podman1' }],
    ours: [lab],
    environments: [{ name: 'lab', network: '10.100.198.0/24', project: '/home/ada/course' }],
  };
  const second = { ...running, name: 'b', network: '10.100.199.0/24' };

  it.each<[string, AddressFacts, Record<string, string>]>([
    ['a home network', home, {}],
    ['the lab itself, which is running', running, {}],
    ['a second lab beside it', second, {}],
    ['a second lab on the same network', { ...running, name: 'b' }, { 'lab-network': 'fail' }],
    [
      'a lab that has no state folder here, as of another user',
      { ...running, name: 'b', environments: [] },
      { 'lab-network': 'fail' },
    ],
    [
      'an address inside the network',
      { ...home, addresses: [{ address: '10.100.198.77', device: 'eth1' }] },
      { 'lab-network': 'fail' },
    ],
    [
      'a route to just this network',
      { ...home, routes: [{ to: '10.100.198.0/24', device: 'eth1' }] },
      { 'lab-network': 'fail', 'service-network': 'warn' },
    ],
    [
      'a route to a part of the network',
      { ...home, routes: [{ to: '10.100.198.128/25', device: 'eth1' }] },
      { 'lab-network': 'fail', 'service-network': 'warn' },
    ],
    [
      'a tunnel that takes all of 10.0.0.0/8',
      { ...home, routes: [{ to: '10.0.0.0/8', device: 'tun0' }] },
      { 'lab-network': 'warn', 'pod-network': 'warn', 'service-network': 'warn' },
    ],
    [
      'another Kubernetes on the host',
      { ...home, routes: [{ to: '10.244.0.0/24', device: 'cni0' }] },
      { 'pod-network': 'warn' },
    ],
  ])('%s', (_, facts, expected) => {
    expect(bad(judgeAddresses(facts))).toEqual(expected);
  });

  it('names the owner, and a network that is free', () => {
    const { found, fix } = find(judgeAddresses({ ...running, name: 'b' }), 'lab-network');
    expect(found).toBe('environment "lab" has 10.100.198.0/24, made from /home/ada/course');
    expect(fix).toEqual(['lab up --env b --network 10.100.199.0/24']);
  });

  it('does not offer a network that is taken as well', () => {
    const routes = [{ to: '10.100.199.0/24', device: 'eth1' }];
    expect(freeNetwork({ ...running, name: 'b', routes })).toBe('10.100.200.0/24');
    expect(freeNetwork({ ...home, routes: [{ to: '10.0.0.0/8', device: 'tun0' }] })).toBe(
      '198.18.0.0/24',
    );
  });

  it('reads what podman says of a network', () => {
    const text = JSON.stringify([
      {
        name: 'lab-net',
        network_interface: 'podman1',
        subnets: [{ subnet: '10.100.198.0/24' }, { subnet: 'fd00::/64' }],
        labels: { 'kubernetes-networking-lab.environment': 'lab' },
      },
    ]);
    expect(ownedNetworks(text)).toEqual([lab]);
  });

  it('reads what docker says of a network', () => {
    const text = JSON.stringify([
      {
        Name: 'lab-net',
        Id: '0123456789abcdef0123456789abcdef',
        IPAM: { Config: [{ Subnet: '10.100.198.0/24' }] },
        Options: {},
        Labels: { 'kubernetes-networking-lab.environment': 'lab' },
      },
    ]);
    expect(ownedNetworks(text)).toEqual([{ ...lab, device: 'br-0123456789ab' }]);
  });
});
