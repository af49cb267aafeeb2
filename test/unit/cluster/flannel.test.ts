import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  flannel,
  flannelManifest,
  flannelObjects,
  ifaceArguments,
} from '../../../scripts/cluster/cni/flannel.ts';
import type { CniFacts } from '../../../scripts/cluster/cni/plugin.ts';
import { parseManifest, type KubeObject } from '../../../scripts/cluster/objects.ts';
import { flannelImage } from '../../../scripts/supply/workload-images.ts';

let upstream = '';

beforeAll(async () => {
  upstream = await readFile(flannelManifest, 'utf8');
});

function facts(
  options: { iface?: string; backend?: string } = {},
  podSubnet = '10.244.0.0/16',
): CniFacts {
  return {
    settings: {
      kubernetesVersion: '1.36.3',
      podSubnet,
      serviceSubnet: '10.96.0.0/12',
      dnsDomain: 'cluster.local',
      cni: {
        name: 'flannel',
        flannel: { iface: 'lab', backend: 'vxlan', ...options },
        weave: { range: '10.32.0.0/12' },
      },
    },
    apiServer: { host: '10.100.198.200', port: 6443 },
    slowness: 1,
  };
}

interface Container {
  name: string;
  image: string;
  command: string[];
  args: string[];
  env?: { name: string; value?: string; valueFrom?: object }[];
}

interface PodSpec {
  initContainers: Container[];
  containers: Container[];
}

function find(objects: KubeObject[], kind: string): KubeObject {
  const found = objects.find((object) => object.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
}

function podSpec(objects: KubeObject[]): PodSpec {
  const { spec } = find(objects, 'DaemonSet') as unknown as {
    spec: { template: { spec: PodSpec } };
  };
  return spec.template.spec;
}

function netConf(objects: KubeObject[]): string {
  const { data } = find(objects, 'ConfigMap') as unknown as { data: Record<string, string> };
  return data['net-conf.json'] ?? '';
}

describe('flannelObjects', () => {
  it.each([
    ['lab', ['--ip-masq', '--kube-subnet-mgr', '--iface=enp0s8']],
    ['default-route', ['--ip-masq', '--kube-subnet-mgr']],
    ['enp0s3', ['--ip-masq', '--kube-subnet-mgr', '--iface=enp0s3']],
  ])('iface %s', (iface, args) => {
    const { containers } = podSpec(flannelObjects(upstream, facts({ iface })));
    expect(containers.map((one) => one.args)).toEqual([args]);
  });

  it('looks at its rules less often on slow machines', () => {
    const slow = { ...facts({ iface: 'default-route' }), slowness: 10 };
    const [agent] = podSpec(flannelObjects(upstream, slow)).containers;
    expect(agent?.args).toEqual(['--ip-masq', '--kube-subnet-mgr', '--iptables-resync=50']);
  });

  it.each(['vxlan', 'host-gw'] as const)('backend %s with its own pod subnet', (backend) => {
    expect(netConf(flannelObjects(upstream, facts({ backend }, '10.50.0.0/16')))).toBe(`{
  "Network": "10.50.0.0/16",
  "EnableNFTables": false,
  "Backend": {
    "Type": "${backend}"
  }
}
`);
  });

  it('tells the agent where the API server is, as kube-proxy may not have run yet', () => {
    const [agent] = podSpec(flannelObjects(upstream, facts())).containers;
    const values = agent?.env?.filter(({ value }) => value !== undefined);
    expect(values).toEqual([
      { name: 'EVENT_QUEUE_DEPTH', value: '5000' },
      { name: 'KUBERNETES_SERVICE_HOST', value: '10.100.198.200' },
      { name: 'KUBERNETES_SERVICE_PORT', value: '6443' },
    ]);
  });

  it('changes nothing else of the manifest', () => {
    const made = flannelObjects(upstream, facts());
    const [agent] = podSpec(made).containers;
    agent?.args.splice(2);
    agent?.env?.splice(3);
    const before = parseManifest(upstream);
    (find(made, 'ConfigMap') as unknown as { data: object }).data = (
      find(before, 'ConfigMap') as unknown as { data: object }
    ).data;
    expect(made).toEqual(before);
  });

  it('does not carry options from one call into the next', () => {
    flannelObjects(upstream, facts());
    const { containers } = podSpec(flannelObjects(upstream, facts({ iface: 'default-route' })));
    expect(containers[0]?.args).toEqual(['--ip-masq', '--kube-subnet-mgr']);
  });

  it('is what lab cni install applies', async () => {
    expect(await flannel.objects(facts())).toEqual(flannelObjects(upstream, facts()));
  });
});

describe('the manifest', () => {
  it('has the pod subnet that kubeadm is told by default, and no NIC, as in the course', () => {
    const objects = parseManifest(upstream);
    expect(JSON.parse(netConf(objects))).toMatchObject({ Network: '10.244.0.0/16' });
    expect(podSpec(objects).containers[0]?.args).toEqual(['--ip-masq', '--kube-subnet-mgr']);
  });

  it('wants the image that is supplied', () => {
    const { initContainers, containers } = podSpec(parseManifest(upstream));
    const images = [...initContainers, ...containers].map(({ image }) => image);
    expect(images).toEqual([flannelImage, flannelImage, flannelImage]);
  });

  it('has the agent and the file that the rest of the program looks for', () => {
    const { metadata } = find(parseManifest(upstream), 'DaemonSet');
    expect(flannel.agent).toEqual({ namespace: metadata.namespace, daemonSet: metadata.name });
    const paths = podSpec(parseManifest(upstream)).initContainers.map(({ args }) => args.at(-1));
    expect(flannel.traces.paths).toEqual(expect.arrayContaining(paths));
  });
});

describe('ifaceArguments', () => {
  it('leaves the choice to flannel only for the default route', () => {
    expect(ifaceArguments('default-route')).toEqual([]);
    expect(ifaceArguments('eth1')).toEqual(['--iface=eth1']);
  });
});
