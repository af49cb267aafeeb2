import { LabError } from '../base/errors.ts';
import { until, type UntilOptions } from '../base/until.ts';
import type { Node } from '../nodes/node.ts';
import type { Cluster } from './cluster.ts';
import type { CniPlugin } from './cni/plugin.ts';

interface Condition {
  type: string;
  status: string;
  message?: string;
}

export interface ApiNode {
  metadata: {
    name: string;
    creationTimestamp?: string;
    labels: Record<string, string>;
    annotations?: Record<string, string>;
  };
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

/**
 * Whether the API server serves objects. /readyz says so seconds later: it also waits until the built-in roles have been
 * compared with those that are there.
 */
export async function apiAnswers(cluster: Cluster): Promise<boolean> {
  return cluster.api.ask('/api/v1/namespaces/kube-system', { timeout: 2_000 }).then(
    ({ status }) => status === 200,
    () => false,
  );
}

interface WaitOptions {
  /** Milliseconds, for nodes of slowness 1. */
  timeout: number;
  signal?: AbortSignal;
  /** Milliseconds since 1970: what nodes reported before that does not count. */
  since?: number | undefined;
}

interface Lease {
  metadata: { name: string };
  spec: { renewTime?: string };
}

/** Nodes of which nothing has been heard since that time: neither made nor reported. The API has whole seconds. */
async function silentSince(
  cluster: Cluster,
  nodes: readonly ApiNode[],
  since: number | undefined,
): Promise<string[]> {
  if (since === undefined) return [];
  const late = (time: string | undefined): boolean => Date.parse(time ?? '') >= since - 1000;
  const old = nodes.filter(({ metadata }) => !late(metadata.creationTimestamp));
  if (old.length === 0) return [];
  const words = ['leases', '--namespace', 'kube-node-lease'];
  const { items } = await cluster.kubectl.get<{ items: Lease[] }>(words);
  const heard = items.filter(({ spec }) => late(spec.renewTime));
  const names = new Set(heard.map(({ metadata }) => metadata.name));
  return old.map(({ metadata }) => metadata.name).filter((name) => !names.has(name));
}

function patient({ controlPlane }: Cluster, options: WaitOptions): Omit<UntilOptions, 'describe'> {
  const { slowness } = controlPlane;
  return { interval: 300, hint: 'lab status', ...options, slowness };
}

async function waitForNodes(cluster: Cluster, options: WaitOptions): Promise<void> {
  await until(
    async () => {
      const nodes = await apiNodes(cluster);
      const silent = await silentSince(cluster, nodes, options.since);
      const missing = cluster.nodes.filter(
        ({ name }) => !nodes.some(({ metadata }) => metadata.name === name),
      );
      const waiting = nodes.filter((node) => !readyCondition(node).ready);
      if (missing.length + waiting.length + silent.length === 0) {
        return { done: true, value: undefined };
      }
      const states = [
        ...missing.map(({ name }) => `${name} has not joined`),
        ...silent.map((name) => `${name}: its kubelet has not reported since the start`),
        ...waiting.map((node) => `${node.metadata.name}: ${readyCondition(node).message}`),
      ];
      return { done: false, state: states.join('; ') };
    },
    { describe: 'all nodes Ready', ...patient(cluster, options) },
  );
}

/** Waits on the node itself: a look from here, ten times a second, would cost a tenth of a core for each node. */
const waitForFile = 'until test -e "$0"; do sleep "$1"; done';

/** Waits until pods can get addresses on these nodes; Ready alone does not say so. */
export async function waitForPodNetwork(
  nodes: readonly Node[],
  { title, servesWhen }: CniPlugin,
  { timeout, signal }: WaitOptions,
): Promise<void> {
  if (servesWhen === undefined) return;
  await Promise.all(
    nodes.map(async (node) => {
      const seconds = (timeout / 1000) * node.slowness;
      const pause = String(node.slowness / 10);
      const argv = ['timeout', String(seconds), 'sh', '-c', waitForFile, servesWhen, pause];
      const limits = { timeout: timeout + 5_000, ...(signal ? { signal } : {}) };
      const { exitCode } = await node.exec(argv, { ...limits, allowFailure: true });
      if (exitCode === 0) return;
      throw new LabError('timeout', `${title} does not serve on ${node.name}`, {
        why: `${servesWhen} is not there after ${seconds} s`,
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

interface StartedPod {
  spec: { nodeName?: string };
  status: {
    conditions?: Condition[];
    containerStatuses?: { state?: { running?: { startedAt: string } } }[];
  };
}

/** How many pods of kube-system with this label are Ready, and were started after a time, which the API tells in whole seconds. */
async function podsSince(
  cluster: Cluster,
  app: string,
  since: (node: string) => number | undefined,
): Promise<number> {
  const words = ['pods', '--namespace', 'kube-system', '--selector', `k8s-app=${app}`];
  const { items } = await cluster.kubectl.get<{ items: StartedPod[] }>(words);
  return items.filter(({ spec, status }) => {
    const started = status.containerStatuses?.[0]?.state?.running?.startedAt ?? '';
    const ready = status.conditions?.some(
      ({ type, status: is }) => type === 'Ready' && is === 'True',
    );
    return ready && Date.parse(started) >= (since(spec.nodeName ?? '') ?? 0) - 1000;
  }).length;
}

const proxy = ['daemonsets', 'kube-proxy', '--namespace', 'kube-system'];

/**
 * Waits until kube-proxy runs on every node that should have it. After a restart a kubelet may start it before it knows the
 * Services ("CreateContainerConfigError"), and tries again ten seconds later: till then that node has no Services.
 * @param started When nodes were started, in milliseconds since 1970; what the API says of them may be older.
 */
export async function waitForServices(
  cluster: Cluster,
  started: ReadonlyMap<string, number>,
  options: WaitOptions,
): Promise<void> {
  await until(
    async () => {
      const [daemonSet] = (await cluster.kubectl.find(proxy)) ?? [];
      const { status } = (daemonSet ?? {}) as { status?: { desiredNumberScheduled?: number } };
      const wanted = status?.desiredNumberScheduled ?? 0;
      const running = await podsSince(cluster, 'kube-proxy', (node) => started.get(node));
      if (running >= wanted) return { done: true, value: undefined };
      return { done: false, state: `kube-proxy runs on ${running} of ${wanted} nodes` };
    },
    { describe: 'kube-proxy on every node', ...patient(cluster, options) },
  );
}

export async function waitForDns(cluster: Cluster, options: WaitOptions): Promise<void> {
  const { since } = options;
  await until(
    async () => {
      const { spec, status } = await cluster.kubectl.get<Workload>(coreDns);
      const known = status.readyReplicas ?? 0;
      const ready = since === undefined ? known : await podsSince(cluster, 'kube-dns', () => since);
      const wanted = spec.replicas ?? 1;
      if (wanted > 0 && ready >= wanted) return { done: true, value: undefined };
      return { done: false, state: `${ready} of ${wanted} CoreDNS pods are ready` };
    },
    { describe: 'CoreDNS ready', ...patient(cluster, options) },
  );
}
