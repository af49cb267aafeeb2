import { LabError } from '../base/errors.ts';
import { until } from '../base/until.ts';
import type { Node } from '../nodes/node.ts';
import type { Cluster } from './cluster.ts';
import type { CniPlugin } from './cni/plugin.ts';

interface Condition {
  type: string;
  status: string;
  message?: string;
}

export interface ApiNode {
  metadata: { name: string; labels: Record<string, string>; annotations?: Record<string, string> };
  spec: { podCIDR?: string };
  status: {
    conditions?: Condition[];
    addresses?: { type: string; address: string }[];
    nodeInfo: { kubeletVersion: string; containerRuntimeVersion: string };
  };
}

export async function apiNodes(cluster: Cluster): Promise<ApiNode[]> {
  return (await cluster.kubectl.get<{ items: ApiNode[] }>(['nodes'])).items;
}

/** The Ready condition, and why not where it is not. */
export function readyCondition(node: ApiNode): { ready: boolean; message: string } {
  const condition = node.status.conditions?.find(({ type }) => type === 'Ready');
  return { ready: condition?.status === 'True', message: condition?.message ?? 'not reported yet' };
}

/** Whether the API server answers, and says that it is ready. */
export async function apiAnswers(cluster: Cluster): Promise<boolean> {
  return cluster.api.ask('/readyz').then(
    ({ status }) => status === 200,
    () => false,
  );
}

interface WaitOptions {
  timeout: number;
  signal?: AbortSignal;
}

async function waitForNodes(cluster: Cluster, options: WaitOptions): Promise<void> {
  await until(
    async () => {
      const nodes = await apiNodes(cluster);
      const missing = cluster.nodes.filter(
        ({ name }) => !nodes.some(({ metadata }) => metadata.name === name),
      );
      const waiting = nodes.filter((node) => !readyCondition(node).ready);
      if (missing.length === 0 && waiting.length === 0) return { done: true, value: undefined };
      const states = [
        ...missing.map(({ name }) => `${name} has not joined`),
        ...waiting.map((node) => `${node.metadata.name}: ${readyCondition(node).message}`),
      ];
      return { done: false, state: states.join('; ') };
    },
    { describe: 'all nodes Ready', interval: 300, hint: 'lab status', ...options },
  );
}

/** Waits on the node itself: a look from here, ten times a second, would cost a tenth of a core for each node. */
const waitForFile = 'until test -e "$0"; do sleep 0.1; done';

/** Waits until pods can get addresses on these nodes; Ready alone does not say so. */
export async function waitForPodNetwork(
  nodes: readonly Node[],
  { title, servesWhen }: CniPlugin,
  { timeout, signal }: WaitOptions,
): Promise<void> {
  if (servesWhen === undefined) return;
  const argv = ['timeout', String(timeout / 1000), 'sh', '-c', waitForFile, servesWhen];
  await Promise.all(
    nodes.map(async (node) => {
      const limits = { timeout: timeout + 5_000, ...(signal ? { signal } : {}) };
      const { exitCode } = await node.exec(argv, { ...limits, allowFailure: true });
      if (exitCode === 0) return;
      throw new LabError('timeout', `${title} does not serve on ${node.name}`, {
        why: `${servesWhen} is not there after ${timeout / 1000} s`,
        hint: 'lab cni status',
      });
    }),
  );
}

/** Waits until every node is Ready and gives its pods addresses. */
export async function waitForNetwork(
  cluster: Cluster,
  plugin: CniPlugin,
  options: WaitOptions,
): Promise<void> {
  await Promise.all([
    waitForNodes(cluster, options),
    waitForPodNetwork(cluster.nodes, plugin, options),
  ]);
}

interface Workload {
  status: { readyReplicas?: number; replicas?: number };
  spec: { replicas?: number };
}

const coreDns = ['deployment', 'coredns', '--namespace', 'kube-system'];

/** Whether CoreDNS is installed, running or not. */
export async function hasDns(cluster: Cluster): Promise<boolean> {
  return (await cluster.kubectl.find(coreDns))?.length === 1;
}

export async function waitForDns(cluster: Cluster, options: WaitOptions): Promise<void> {
  await until(
    async () => {
      const { spec, status } = await cluster.kubectl.get<Workload>(coreDns);
      const ready = status.readyReplicas ?? 0;
      const wanted = spec.replicas ?? 1;
      if (wanted > 0 && ready >= wanted) return { done: true, value: undefined };
      return { done: false, state: `${ready} of ${wanted} CoreDNS pods are ready` };
    },
    { describe: 'CoreDNS ready', interval: 300, hint: 'lab status', ...options },
  );
}
