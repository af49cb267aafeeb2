import { describe, expect, it } from 'vitest';
import { judgeKernel, type KernelFacts } from '../../../../scripts/lab/doctor/kernel.ts';
import { bad, find } from './hosts.ts';

describe('kernel', () => {
  const ids = [
    ...['bridge', 'veth', 'macvlan', 'vxlan', 'br_netfilter', 'nf_tables', 'overlay'],
    ...['dummy', 'openvswitch'],
  ];
  type Cni = KernelFacts['cni'];
  const flannel: Cni = {
    name: 'flannel',
    flannel: { iface: 'lab', backend: 'vxlan' },
    weave: { range: '10.32.0.0/12' },
    labnet: {
      mode: 'overlay',
      iface: 'lab',
      vpc: { warmEni: 1, enis: 3, addressesPerEni: 6 },
    },
  };
  const facts = (lacks: Partial<KernelFacts['features']>, cni: Cni = flannel): KernelFacts => {
    const features = Object.fromEntries(ids.map((id) => [id, { state: 'yes' as const }]));
    return { cni, features: { ...features, ...lacks } as KernelFacts['features'] };
  };
  const no = { state: 'no' as const, reason: 'Unknown device type' };

  it('has nothing to say about a distribution kernel', () => {
    expect(bad(judgeKernel(facts({})))).toEqual({});
  });

  it.each<[string, Partial<KernelFacts['features']>, Cni, Record<string, string>]>([
    ['no dummy', { dummy: no }, flannel, { dummy: 'warn' }],
    ['no dummy for weave', { dummy: no }, { ...flannel, name: 'weave' }, { dummy: 'fail' }],
    [
      'no Open vSwitch for weave',
      { openvswitch: no },
      { ...flannel, name: 'weave' },
      { openvswitch: 'warn' },
    ],
    ['no vxlan', { vxlan: no }, flannel, { vxlan: 'fail' }],
    [
      'no vxlan without a pod network',
      { vxlan: no },
      { ...flannel, name: 'none' },
      { vxlan: 'warn' },
    ],
    [
      'no vxlan with host-gw',
      { vxlan: no },
      { ...flannel, flannel: { iface: 'lab', backend: 'host-gw' } },
      { vxlan: 'warn' },
    ],
    ['no bridge', { bridge: no }, { ...flannel, name: 'none' }, { bridge: 'fail' }],
    ['no nftables', { nf_tables: no }, flannel, { nf_tables: 'fail' }],
    [
      'not tried',
      { veth: { state: 'unknown', reason: 'only root may' } },
      flannel,
      { veth: 'warn' },
    ],
  ])('%s', (_, lacks, cni, expected) => {
    expect(bad(judgeKernel(facts(lacks, cni)))).toEqual(expected);
  });

  it('says that weave is what a kernel without dummy cannot have', () => {
    const { found, why } = find(judgeKernel(facts({ dummy: no })), 'dummy');
    expect(found).toBe('the kernel does not have it (Unknown device type)');
    expect(why).toContain('weave is not possible in container nodes');
  });

  it('loads a module that is only not loaded', () => {
    const { status, commands } = find(
      judgeKernel(facts({ br_netfilter: { state: 'loadable' } })),
      'br_netfilter',
    );
    expect(status).toBe('warn');
    expect(commands).toEqual([['modprobe', 'br_netfilter']]);
  });
});
