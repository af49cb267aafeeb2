import type { Cluster } from '../../scripts/cluster/cluster.ts';
import { LabError } from '../../scripts/base/errors.ts';
import type { KubeObject } from '../../scripts/cluster/objects.ts';
import { fakeNode, type FakeNode } from './fake-node.ts';

export interface FakeObject {
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    labels?: Record<string, string>;
    deletionTimestamp?: string;
  };
  [field: string]: unknown;
}

/** Three nodes and an API server in memory that only knows `get`. */
export interface FakeCluster extends Cluster {
  master: FakeNode;
  node1: FakeNode;
  node2: FakeNode;
  objects: FakeObject[];
  /** How often the API server was asked. */
  reads: string[];
  /** What every call to the API server fails with; undefined while it is well. */
  apiError: string | undefined;
}

const served = [
  ...['nodes', 'pods', 'services', 'namespaces', 'configmaps', 'endpointslices', 'serviceaccounts'],
  ...['deployments', 'daemonsets', 'replicasets', 'statefulsets', 'jobs', 'cronjobs'],
  ...['networkpolicies', 'ingresses', 'ingressclasses', 'persistentvolumeclaims'],
  ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings', 'customresourcedefinitions'],
];

function option(argv: readonly string[], name: string): string | undefined {
  const at = argv.indexOf(name);
  return at < 0 ? undefined : argv[at + 1];
}

function hasLabels(object: FakeObject, selector: string | undefined): boolean {
  return (selector ?? '')
    .split(',')
    .filter(Boolean)
    .every((pair) => {
      const [key = '', value] = pair.split('=');
      return object.metadata.labels?.[key] === value;
    });
}

const clusterWide = ['Node', 'Namespace', 'ClusterRole'];

/** The objects that the words of `kubectl get` mean; undefined for a kind that is not served. */
function get(cluster: FakeCluster, argv: readonly string[]): FakeObject[] | undefined {
  const resources = (argv[0] ?? '').split(',').map((one) => one.split('.')[0] ?? '');
  if (resources.some((one) => !served.includes(one))) return undefined;
  const name = argv[1]?.startsWith('-') ? undefined : argv[1];
  const namespace = option(argv, '--namespace') ?? 'default';
  const everywhere = argv.includes('--all-namespaces');
  return cluster.objects
    .filter(({ kind }) => resources.includes(`${kind.toLowerCase()}s`))
    .filter(({ metadata }) => name === undefined || metadata.name === name)
    .filter((one) => {
      const own = one.metadata.namespace ?? 'default';
      return everywhere || clusterWide.includes(one.kind) || own === namespace;
    })
    .filter((one) => hasLabels(one, option(argv, '--selector')));
}

export function fakeCluster(objects: FakeObject[] = []): FakeCluster {
  const master = fakeNode('master', 'control-plane', '10.100.198.200');
  const node1 = fakeNode('node1', 'worker', '10.100.198.201');
  const node2 = fakeNode('node2', 'worker', '10.100.198.202');
  const cluster: FakeCluster = {
    name: 'test',
    nodes: [master, node1, node2],
    controlPlane: master,
    workers: [node1, node2],
    master,
    node1,
    node2,
    objects,
    reads: [],
    apiError: undefined,
    settings: {
      kubernetesVersion: '1.36.3',
      podSubnet: '10.244.0.0/16',
      serviceSubnet: '10.96.0.0/12',
      dnsDomain: 'cluster.local',
      cni: {
        name: 'flannel',
        flannel: { iface: 'lab', backend: 'vxlan' },
        weave: { range: '10.32.0.0/12' },
      },
    },
    api: { ask: () => Promise.resolve({ status: 200, text: 'ok' }) },
    kubectl: {
      run: () => Promise.reject(new Error('a check reads objects by get and find')),
      get: <T>(argv: readonly string[]) =>
        Promise.resolve({ kind: 'List', items: get(cluster, argv) } as T),
      find: (argv) => {
        cluster.reads.push(argv.join(' '));
        const why = cluster.apiError;
        if (why === undefined) return Promise.resolve(get(cluster, argv) as KubeObject[]);
        const error = new LabError('api-unreachable', 'The API server does not answer', { why });
        return Promise.reject(error);
      },
      apply: () => Promise.reject(new Error('a check must only read')),
      remove: () => Promise.reject(new Error('a check must only read')),
    },
  };
  return cluster;
}

/** A running pod; `spec` and `status` are added to the usual ones. */
export function fakePod(
  name: string,
  nodeName: string,
  podIP: string,
  more: {
    namespace?: string;
    labels?: Record<string, string>;
    spec?: object;
    status?: object;
  } = {},
): FakeObject {
  return {
    kind: 'Pod',
    metadata: {
      name,
      namespace: more.namespace ?? 'default',
      uid: `uid-${name}`,
      labels: more.labels,
    },
    spec: { nodeName, ...more.spec },
    status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }], ...more.status },
  };
}

export function fakeNodeObject(name: string, address: string, ready = 'True'): FakeObject {
  return {
    kind: 'Node',
    metadata: { name },
    spec: { podCIDR: `10.244.${name === 'master' ? 0 : name.slice(-1)}.0/24` },
    status: {
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
      conditions: [
        {
          type: 'Ready',
          status: ready,
          reason: ready === 'True' ? 'KubeletReady' : 'KubeletNotReady',
        },
      ],
    },
  };
}

export const threeNodes: readonly FakeObject[] = [
  fakeNodeObject('master', '10.100.198.200'),
  fakeNodeObject('node1', '10.100.198.201'),
  fakeNodeObject('node2', '10.100.198.202'),
];
