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

/**
 * Waits on the node itself: a look from here, ten times a second, would cost a tenth of a core for each node.
 * @param script Gets the seconds between two looks as $0, then the words.
 * @returns Whether it came to its end within the timeout.
 */
async function waitOnNode(
  node: Node,
  script: string,
  { timeout, signal }: WaitOptions,
  ...words: string[]
): Promise<boolean> {
  const seconds = (timeout / 1000) * node.slowness;
  // On an emulated processor a look takes a second of the only one there is, which what is waited for could use.
  const pause = node.slowness === 1 ? '0.1' : String(node.slowness / 2);
  const argv = ['timeout', String(seconds), 'sh', '-c', script, pause, ...words];
  const limits = { timeout: timeout + 5_000, ...(signal ? { signal } : {}) };
  return (await node.exec(argv, { ...limits, allowFailure: true })).exitCode === 0;
}

const waitForFile = 'until test -e "$1"; do sleep "$0"; done';

/** Waits until pods can get addresses on these nodes; Ready alone does not say so. */
export async function waitForPodNetwork(
  nodes: readonly Node[],
  { title, servesWhen }: CniPlugin,
  options: WaitOptions,
): Promise<void> {
  if (servesWhen === undefined) return;
  await Promise.all(
    nodes.map(async (node) => {
      if (await waitOnNode(node, waitForFile, options, servesWhen)) return;
      throw new LabError('timeout', `${title} does not serve on ${node.name}`, {
        why: `${servesWhen} is not there after ${(options.timeout / 1000) * node.slowness} s`,
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

/** The nodes of pods of kube-system with this label that are Ready, and were started after a time, which the API tells in whole seconds. */
async function nodesSince(
  cluster: Cluster,
  app: string,
  since: (node: string) => number | undefined,
): Promise<string[]> {
  const words = ['pods', '--namespace', 'kube-system', '--selector', `k8s-app=${app}`];
  const { items } = await cluster.kubectl.get<{ items: StartedPod[] }>(words);
  const running = items.filter(({ spec, status }) => {
    const started = status.containerStatuses?.[0]?.state?.running?.startedAt ?? '';
    const ready = status.conditions?.some(
      ({ type, status: is }) => type === 'Ready' && is === 'True',
    );
    return ready && Date.parse(started) >= (since(spec.nodeName ?? '') ?? 0) - 1000;
  });
  return running.map(({ spec }) => spec.nodeName ?? '');
}

const proxy = ['daemonsets', 'kube-proxy', '--namespace', 'kube-system'];

/**
 * In any of kube-proxy's modes. It makes a chain named CANARY in each family that it serves, before it writes anything else there,
 * IPv4 or IPv6 first. $0 is the pause between two looks, in seconds.
 */
const waitForRules = `
written() { "$1" -w -t nat -S KUBE-SERVICES 2>/dev/null | grep -q KUBE-NODEPORTS; }
wanted() { "$1" -w -t nat -S KUBE-PROXY-CANARY >/dev/null 2>&1; }
until written iptables && { ! wanted ip6tables || written ip6tables; } ||
  nft list table ip kube-proxy >/dev/null 2>&1 || ip link show dev kube-ipvs0 >/dev/null 2>&1; do
  sleep "$0"
done`;

/**
 * Waits until kube-proxy runs on every node that should have it, and has written its rules there: before that, a packet for a
 * Service leaves the node by its default route. After a restart a kubelet may start it before it knows the
 * Services ("CreateContainerConfigError"), and tries again ten seconds later: till then that node has no Services.
 * @param started When nodes were started, in milliseconds since 1970; what the API says of them may be older.
 */
export async function waitForServices(
  cluster: Cluster,
  started: ReadonlyMap<string, number>,
  options: WaitOptions,
): Promise<void> {
  const served = await until(
    async () => {
      const [daemonSet] = (await cluster.kubectl.find(proxy)) ?? [];
      const { status } = (daemonSet ?? {}) as { status?: { desiredNumberScheduled?: number } };
      const wanted = status?.desiredNumberScheduled ?? 0;
      const running = await nodesSince(cluster, 'kube-proxy', (node) => started.get(node));
      if (running.length >= wanted) return { done: true, value: running };
      return { done: false, state: `kube-proxy runs on ${running.length} of ${wanted} nodes` };
    },
    { describe: 'kube-proxy on every node', ...patient(cluster, options) },
  );
  await Promise.all(
    cluster.nodes
      .filter(({ name }) => served.includes(name))
      .map(async (node) => {
        if (await waitOnNode(node, waitForRules, options)) return;
        throw new LabError('timeout', `kube-proxy has written no rules on ${node.name}`, {
          why: 'pods and programs on this node reach no Service',
          hint: `kubectl --namespace kube-system logs --selector k8s-app=kube-proxy`,
        });
      }),
  );
}

/**
 * After a start the controller manager gives up when the API server takes more than ten seconds, and the kubelet waits longer and
 * longer before it starts it again. It tells of its controllers only once it has started them all; till then it may end.
 */
const waitForControllersScript = `
serves() {
  [ -e "/etc/kubernetes/manifests/$1.yaml" ] || return 0
  until curl -sfk "https://127.0.0.1:$2/healthz?verbose" | grep -q "$3"; do sleep "$0"; done
}
serves kube-controller-manager 10257 'controller ok'
serves kube-scheduler 10259 'check passed'`;

/** Waits for the controllers and the scheduler; not for ever, as a learner may have broken them. */
export async function waitForControllers(
  { controlPlane }: Cluster,
  options: WaitOptions,
): Promise<void> {
  // A quick machine has its API server within those ten seconds.
  if (controlPlane.slowness === 1) return;
  await waitOnNode(controlPlane, waitForControllersScript, options);
}

export async function waitForDns(cluster: Cluster, options: WaitOptions): Promise<void> {
  const { since } = options;
  await until(
    async () => {
      const { spec, status } = await cluster.kubectl.get<Workload>(coreDns);
      const ready =
        since === undefined
          ? (status.readyReplicas ?? 0)
          : (await nodesSince(cluster, 'kube-dns', () => since)).length;
      const wanted = spec.replicas ?? 1;
      if (wanted > 0 && ready >= wanted) return { done: true, value: undefined };
      return { done: false, state: `${ready} of ${wanted} CoreDNS pods are ready` };
    },
    { describe: 'CoreDNS ready', ...patient(cluster, options) },
  );
}
