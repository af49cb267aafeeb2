import { until } from '../base/until.ts';
import type { Node } from '../nodes/node.ts';
import type { Cluster } from './cluster.ts';
import type { CniPlugin } from './cni/plugin.ts';
import { kubectlArgv } from './kubectl.ts';

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

/** Whether the API server answers on this node. */
export async function apiAnswers(node: Node): Promise<boolean> {
  const result = await node.exec(kubectlArgv(['get', '--raw', '/readyz']), {
    allowFailure: true,
    timeout: 10_000,
  });
  return result.exitCode === 0;
}

interface WaitOptions {
  timeout: number;
  signal?: AbortSignal;
}

export async function waitForNodes(cluster: Cluster, options: WaitOptions): Promise<void> {
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

/** Waits until pods can get addresses on every node; Ready alone does not say so. */
export async function waitForPodNetwork(
  cluster: Cluster,
  plugin: CniPlugin,
  { timeout, signal }: WaitOptions,
): Promise<void> {
  const file = plugin.servesWhen;
  if (file === undefined) return;
  await Promise.all(
    cluster.nodes.map((node) =>
      until(
        async () => {
          const found = await node.exec(['test', '-e', file], { allowFailure: true });
          return found.exitCode === 0
            ? { done: true, value: undefined }
            : { done: false, state: `${file} is not there yet` };
        },
        { describe: `${plugin.title} serving on ${node.name}`, timeout, interval: 150, signal },
      ),
    ),
  );
}

interface Workload {
  status: { readyReplicas?: number; replicas?: number };
  spec: { replicas?: number };
}

export async function waitForDns(cluster: Cluster, options: WaitOptions): Promise<void> {
  await until(
    async () => {
      const { spec, status } = await cluster.kubectl.get<Workload>([
        ...['deployment', 'coredns', '--namespace', 'kube-system'],
      ]);
      const ready = status.readyReplicas ?? 0;
      const wanted = spec.replicas ?? 1;
      if (wanted > 0 && ready >= wanted) return { done: true, value: undefined };
      return { done: false, state: `${ready} of ${wanted} CoreDNS pods are ready` };
    },
    { describe: 'CoreDNS ready', interval: 300, hint: 'lab status', ...options },
  );
}
