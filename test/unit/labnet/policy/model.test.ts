import { describe, expect, test } from 'vitest';
import type { ApiPod, ApiPolicy } from '../../../../scripts/labnet/policy/api.ts';
import {
  readNamespace,
  readPod,
  readPolicy,
  readWorld,
} from '../../../../scripts/labnet/policy/model.ts';

const metadata = { namespace: 'shop', name: 'web' };
const terminated = { state: { terminated: {} } };
const running = { state: {} };

function pod(status: ApiPod['status'], more: Partial<ApiPod['metadata']> = {}): ApiPod {
  return { metadata: { ...metadata, ...more }, spec: { containers: [] }, status };
}

describe('reading pods', () => {
  test('takes what decides, and IPv4 only', () => {
    const found = readPod({
      metadata: { ...metadata, labels: { app: 'web' } },
      spec: {
        nodeName: 'node-1',
        containers: [
          { ports: [{ name: 'http', containerPort: 8080 }, { containerPort: 9 }] },
          { ports: [{ name: 'dns', containerPort: 53, protocol: 'UDP' }] },
        ],
        initContainers: [
          { ports: [{ name: 'setup', containerPort: 1 }] },
          { ports: [{ name: 'proxy', containerPort: 2 }], restartPolicy: 'Always' },
        ],
      },
      status: {
        phase: 'Running',
        podIPs: [{ ip: 'fd00::1' }, { ip: '10.244.1.2' }],
        hostIPs: [{ ip: '192.168.0.1' }],
      },
    });
    expect(found).toEqual({
      ...metadata,
      labels: { app: 'web' },
      addresses: ['10.244.1.2'],
      node: 'node-1',
      nodeAddresses: ['192.168.0.1'],
      hostNetwork: false,
      ended: false,
      ports: [
        { name: 'http', protocol: 'TCP', number: 8080 },
        { name: 'dns', protocol: 'UDP', number: 53 },
        { name: 'proxy', protocol: 'TCP', number: 2 },
      ],
    });
  });

  test('a pod that waits for a node has no addresses', () => {
    const found = readPod({ metadata, spec: { containers: [] } });
    expect(found).toMatchObject({ node: '', addresses: [], nodeAddresses: [], ended: false });
  });

  const deleted = { deletionTimestamp: '2026-11-21T12:00:00Z' };
  test.each<[string, ApiPod, boolean]>([
    ['succeeded', pod({ phase: 'Succeeded' }), true],
    ['failed', pod({ phase: 'Failed' }), true],
    ['running', pod({ phase: 'Running', containerStatuses: [terminated] }), false],
    ['being deleted', pod({ phase: 'Running', containerStatuses: [running] }, deleted), false],
    [
      'half gone',
      pod({ phase: 'Running', containerStatuses: [terminated, running] }, deleted),
      false,
    ],
    ['all gone', pod({ phase: 'Running', containerStatuses: [terminated] }, deleted), true],
    ['deleted before it ran', pod({ phase: 'Pending' }, deleted), false],
  ])('ended? %s', (_, object, ended) => {
    expect(readPod(object).ended).toBe(ended);
  });
});

describe('reading policies', () => {
  const rule = { ports: [{ port: 80 }] };
  test.each<[ApiPolicy['spec'], string[]]>([
    [{}, ['ingress']],
    [{ egress: [] }, ['ingress']],
    [{ egress: [rule] }, ['ingress', 'egress']],
    [{ policyTypes: ['Egress'], ingress: [rule] }, ['egress']],
    [{ policyTypes: ['Ingress'], egress: [rule] }, ['ingress']],
    [{ policyTypes: ['Ingress', 'Egress'] }, ['ingress', 'egress']],
  ])('%j isolates %j', (spec, directions) => {
    const policy = readPolicy({ metadata, spec });
    expect(Object.keys(policy).filter((key) => key.endsWith('gress'))).toEqual(directions);
  });

  test('fills in what the API leaves out', () => {
    const from = [{ podSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8' } }];
    const ports = [{ port: 80, endPort: 90 }, { protocol: 'UDP' as const }];
    const { ingress, podSelector } = readPolicy({
      metadata,
      spec: { ingress: [{ from, ports }, {}] },
    });
    expect(podSelector).toEqual({});
    expect(ingress).toEqual([
      {
        peers: [{ podSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8', except: [] } }],
        ports: [{ protocol: 'TCP', port: 80, endPort: 90 }, { protocol: 'UDP' }],
      },
      { peers: [], ports: [] },
    ]);
  });
});

test('namespaces have the label with their name', () => {
  const labels = { 'kubernetes.io/metadata.name': 'shop' };
  expect(readNamespace({ metadata: { name: 'shop' } })).toEqual({ name: 'shop', labels });
  const world = readWorld({ namespaces: [{ metadata: { name: 'shop' } }], pods: [], policies: [] });
  expect(world).toEqual({ namespaces: [{ name: 'shop', labels }], pods: [], policies: [] });
});
