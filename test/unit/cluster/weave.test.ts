import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { CniFacts } from '../../../scripts/cluster/cni/plugin.ts';
import {
  connectProblem,
  dummyRefusal,
  imagesIn,
  weave,
  weaveManifest,
  weaveObjects,
} from '../../../scripts/cluster/cni/weave.ts';
import { readWeaveReport } from '../../../scripts/cluster/cni/weave-report.ts';
import { fakeCluster } from '../../support/fake-cluster.ts';

const { settings } = fakeCluster();
const facts: CniFacts = {
  settings: { ...settings, cni: { ...settings.cni, weave: { range: '10.40.0.0/16' } } },
  apiServer: { host: '10.100.198.200', port: 6443 },
  slowness: 1,
};

interface Container {
  name: string;
  image: string;
  env: { name: string; value?: string }[];
}

async function containers(): Promise<Container[]> {
  const objects = weaveObjects(await readFile(weaveManifest, 'utf8'), facts);
  const set = objects.find(({ kind }) => kind === 'DaemonSet') as unknown as {
    spec: { template: { spec: { containers: Container[] } } };
  };
  return set.spec.template.spec.containers;
}

function valueOf({ env }: Container, name: string): string | undefined {
  return env.find((one) => one.name === name)?.value;
}

describe('the manifest of weave', () => {
  it('has the objects of upstream, all of which removal names', async () => {
    const objects = weaveObjects(await readFile(weaveManifest, 'utf8'), facts);
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'ServiceAccount weave-net',
      'ClusterRole weave-net',
      'ClusterRoleBinding weave-net',
      'Role weave-net',
      'RoleBinding weave-net',
      'DaemonSet weave-net',
    ]);
  });

  it('gets the range of lab.yaml, and the API server by its own address', async () => {
    const [weave, npc] = await containers();
    expect(weave && valueOf(weave, 'IPALLOC_RANGE')).toBe('10.40.0.0/16');
    expect(npc && valueOf(npc, 'IPALLOC_RANGE')).toBeUndefined();
    for (const one of [weave, npc]) {
      expect(one && valueOf(one, 'KUBERNETES_SERVICE_HOST')).toBe('10.100.198.200');
      expect(one && valueOf(one, 'KUBERNETES_SERVICE_PORT')).toBe('6443');
    }
  });

  it('pins its images and asks no server for updates', async () => {
    const all = await containers();
    expect(all.map(({ image }) => image)).toEqual([
      'docker.io/rajchaudhuri/weave-kube:2.9.0',
      'docker.io/rajchaudhuri/weave-npc:2.9.0',
    ]);
    expect(all[0] && valueOf(all[0], 'CHECKPOINT_DISABLE')).toBe('1');
  });
});

describe('what keeps weave from running', () => {
  it('is a kernel without dummy devices, and the error names the way out', () => {
    const error = dummyRefusal({ exitCode: 2, stderr: 'Error: Unknown device type.\n' });
    expect(error?.code).toBe('cni-impossible');
    expect(error?.why).toContain('"dummy"');
    expect(error?.hint).toContain('lab up --cni flannel');
    expect(error?.hint).toContain('VM');
  });

  it('is not a missing right: that says nothing of the kernel', () => {
    const stderr = 'unshare: unshare failed: Operation not permitted\n';
    expect(dummyRefusal({ exitCode: 1, stderr })).toBeUndefined();
    expect(dummyRefusal({ exitCode: 0, stderr: '' })).toBeUndefined();
  });

  it('is nothing where the nodes have its images and nothing can be run yet', async () => {
    const names = imagesIn(await readFile(weaveManifest, 'utf8'));
    expect(new Set(names).size).toBe(2);
    expect(await weave.refusal({ images: () => Promise.resolve(names) })).toBeUndefined();
  });

  it('is a registry that does not answer', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await connectProblem('127.0.0.1', port, 1000)).toBeUndefined();
    await new Promise((resolve) => server.close(resolve));
    expect(await connectProblem('127.0.0.1', port, 1000)).toContain('ECONNREFUSED');
    expect(await connectProblem('name.invalid', 443, 3000)).toBeDefined();
  });
});

describe('what the agent of weave says of itself', () => {
  const peer = (Name: string): object => ({ Name, NickName: Name, Connections: [] });
  const link = (State: string, name?: string): object => ({
    ...{ Address: '10.100.198.201:6783', Outbound: true, State, Info: '' },
    Attrs: name === undefined ? null : { encrypted: false, mtu: 1376, name },
  });
  const report = (Connections: object[] | null): string =>
    JSON.stringify({
      Router: { Name: 'a', Peers: ['a', 'b', 'c'].map(peer), Connections },
      IPAM: { Range: '10.32.0.0-10.47.255.255', DefaultSubnet: '10.32.0.0/12', Entries: null },
    });

  it.each([
    [
      [link('established', 'fastdp'), link('established', 'fastdp')],
      '2 of 2 connected',
      'fast path (VXLAN in the kernel)',
    ],
    [
      [link('established', 'sleeve'), link('retrying')],
      '1 of 2 connected',
      'sleeve (packets pass through the agent)',
    ],
    [null, '0 of 2 connected', 'no connection'],
  ])('%#: peers, range and mode', (connections, peers, mode) => {
    expect(readWeaveReport(report(connections))).toEqual({ peers, range: '10.32.0.0/12', mode });
  });

  it('is not just any text', () => {
    expect(() => readWeaveReport('404 page not found')).toThrow();
  });
});
