import { describe, expect, it } from 'vitest';
import { nodeAliases, readValue, sameValue } from '../../../scripts/exercises/compare.ts';
import { createLive } from '../../../scripts/exercises/live.ts';
import type { ValueType } from '../../../scripts/exercises/value-types.ts';
import { fakeCluster, fakeNodeObject, threeNodes } from '../../support/fake-cluster.ts';

const same: [ValueType, string, string][] = [
  ['text', ' "KubeletNotReady" ', 'kubeletnotready'],
  ['text', 'no   network', 'No network'],
  ['number', '3', '3.0'],
  ['number', '1450', ' 1450 '],
  ['ip', '10.244.1.5', '10.244.1.5/24'],
  ['ip', '10.244.1.5/24', '10.244.1.5'],
  ['ip', '10.244.1.5/24', '10.244.1.5/24'],
  ['cidr', '10.244.0.0/16', '10.244.0.0/16'],
  ['cidr', '10.244.0.0/255.255.0.0', '10.244.0.0/16'],
  ['cidr', '10.100.198.0/24', '10.100.198.201/24'],
  ['mac', '0A-58-0a-f4-01-02', '0a:58:0a:f4:01:02'],
  ['mac', '0a58.0af4.0102', '0a:58:0a:f4:01:02'],
  ['interface', 'eth0@if7:', 'eth0'],
  ['pod', 'kube-system/coredns-abc', 'coredns-abc'],
  ['pod', 'pod/coredns-abc', 'coredns-abc'],
  ['kind', 'configmaps', 'ConfigMap'],
  ['kind', 'cm', 'ConfigMap'],
  ['kind', 'daemonsets.apps', 'DaemonSet'],
  ['kind', 'NetworkPolicies', 'NetworkPolicy'],
  ['kind', 'ingresses', 'Ingress'],
  ['kind', 'ds', 'DaemonSet'],
  ['path', '/etc/kubernetes/manifests/', '/etc/kubernetes/manifests'],
  ['yes-no', 'Y', 'yes'],
  ['yes-no', 'false', 'no'],
];

const different: [ValueType, string, string][] = [
  ['text', 'KubeletReady', 'KubeletNotReady'],
  ['number', 'three', '3'],
  ['number', '3', '30'],
  ['ip', '10.244.1.5/16', '10.244.1.5/24'],
  ['ip', '10.244.1.50', '10.244.1.5'],
  ['cidr', '10.244.0.0/17', '10.244.0.0/16'],
  ['cidr', '10.244.1.5/16', '10.244.0.0/16'],
  ['mac', '0a:58:0a:f4:01:03', '0a:58:0a:f4:01:02'],
  ['interface', 'ETH0', 'eth0'],
  ['pod', 'coredns-abd', 'coredns-abc'],
  ['kind', 'service', 'ServiceAccount'],
  ['path', '/etc/Kubernetes', '/etc/kubernetes'],
  ['yes-no', 'no', 'yes'],
];

describe('sameValue', () => {
  it.each(same)('%s: %s is %s', (type, given, truth) => {
    expect(sameValue(type, given, truth)).toBe(true);
  });

  it.each(different)('%s: %s is not %s', (type, given, truth) => {
    expect(sameValue(type, given, truth)).toBe(false);
  });

  it('knows nodes by name and by address, but by no address that two of them share', async () => {
    const shared = { type: 'InternalIP', address: '10.0.2.15' };
    const objects = threeNodes.map((one) => structuredClone(one));
    for (const one of objects) {
      (one.status as { addresses: unknown[] }).addresses.push(shared);
    }
    const live = createLive(fakeCluster(objects), { vars: {}, answers: {}, facts: {} }, []);
    const aliases = await nodeAliases(live);
    expect(sameValue('node', '10.100.198.201', 'node1', aliases)).toBe(true);
    expect(sameValue('node', 'NODE1', '10.100.198.201', aliases)).toBe(true);
    expect(sameValue('node', '10.100.198.202', 'node1', aliases)).toBe(false);
    const meant = ['master', 'node1', 'node2'].filter((name) =>
      sameValue('node', '10.0.2.15', name, aliases),
    );
    expect(meant).toEqual([]);
    expect(sameValue('node', 'nowhere', 'node1', aliases)).toBe(false);
  });

  it('takes a node name for that node even if another node is called so in its addresses', async () => {
    const odd = fakeNodeObject('node2', 'node1');
    const live = createLive(fakeCluster([odd]), { vars: {}, answers: {}, facts: {} }, []);
    expect(sameValue('node', 'node1', 'node2', await nodeAliases(live))).toBe(false);
  });
});

describe('readValue', () => {
  it.each<[ValueType, string]>([
    ['number', 'three'],
    ['ip', '10.244.1'],
    ['ip', '10.244.1.300'],
    ['cidr', '10.244.0.0'],
    ['cidr', '10.244.3.4/16'],
    ['cidr', '10.244.0.0/33'],
    ['mac', '0a:58'],
    ['yes-no', 'perhaps'],
    ['text', '  '],
  ])('%s refuses %s', (type, text) => {
    expect(readValue(type, text)).toHaveProperty('problem');
  });
});
