import { until } from '../../base/until.ts';
import type { Node } from '../../nodes/node.ts';
import type { Report } from '../../nodes/provider.ts';
import type { Cluster } from '../cluster.ts';
import { configFiles, teardownConfig } from './traces.ts';

/** A pod as far as its network is concerned. */
export interface NetworkPod {
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    ownerReferences?: { kind: string; name: string; controller?: boolean }[];
  };
  spec: { nodeName?: string; hostNetwork?: boolean };
  status: { phase: string };
}

/** Pods that have, or are about to get, an address from the pod network. */
export function onPodNetwork({ spec }: NetworkPod): boolean {
  return spec.nodeName !== undefined && spec.hostNetwork !== true;
}

/** Nobody makes this pod anew once it is gone. */
export function isBare({ metadata, status }: NetworkPod): boolean {
  const owned = metadata.ownerReferences?.some(({ controller }) => controller === true) ?? false;
  return !owned && status.phase !== 'Succeeded' && status.phase !== 'Failed';
}

export function podName({ metadata }: NetworkPod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

export async function podsOnNetwork(cluster: Cluster, signal: AbortSignal): Promise<NetworkPod[]> {
  const found = await cluster.kubectl.get<{ items: NetworkPod[] }>(['pods', '--all-namespaces'], {
    signal,
    timeout: 20_000,
  });
  return found.items.filter(onPodNetwork);
}

/** `kubectl delete pods` calls, one per namespace. Nobody answers for a dead node, so nobody is asked there. */
export function deletions(pods: readonly NetworkPod[], dead: ReadonlySet<string>): string[][] {
  const groups = new Map<string, { words: string[]; names: string[] }>();
  for (const { metadata, spec } of pods) {
    const force = dead.has(spec.nodeName ?? '');
    const words = [
      ...['delete', 'pods', '--namespace', metadata.namespace, '--ignore-not-found'],
      ...['--wait=false', ...(force ? ['--grace-period=0', '--force'] : ['--grace-period=1'])],
    ];
    const key = words.join(' ');
    const group = groups.get(key) ?? { words, names: [] };
    group.names.push(metadata.name);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ words, names }) => [...words, ...names]);
}

const loopbackOnly = {
  cniVersion: '1.0.0',
  name: 'lab-teardown',
  plugins: [{ type: 'loopback' }],
};

/**
 * Without any configuration containerd refuses to take a pod's network down, and the pod hangs in Terminating. One
 * that does nothing is enough: the devices go with the pod's namespace.
 */
async function ensureTeardown(nodes: readonly Node[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      if ((await configFiles(node, signal)).length > 0) return;
      await node.put(teardownConfig, `${JSON.stringify(loopbackOnly, null, 2)}\n`);
    }),
  );
}

/**
 * Deletes every pod that is on the pod network and waits until it is gone, while there still is a network to take it
 * down with. Controllers make new ones; returned are the names of those that nobody makes again.
 * @param alive The nodes that answer.
 * @throws LabError `timeout` naming the pods that stay.
 */
export async function evictPods(
  cluster: Cluster,
  alive: readonly Node[],
  report: Report,
  signal: AbortSignal,
): Promise<string[]> {
  const pods = await podsOnNetwork(cluster, signal);
  if (pods.length === 0) return [];
  const answering = new Set(alive.map(({ name }) => name));
  const used = new Set(pods.map(({ spec }) => spec.nodeName ?? ''));
  await ensureTeardown(
    alive.filter(({ name }) => used.has(name)),
    signal,
  );
  const dead = new Set([...used].filter((name) => !answering.has(name)));
  report(`ending ${pods.length} pods`);
  const options = { signal, timeout: 30_000 };
  await Promise.all(deletions(pods, dead).map((argv) => cluster.kubectl.run(argv, options)));
  const leaving = new Set(pods.map(({ metadata }) => metadata.uid));
  await until(
    async () => {
      const left = (await podsOnNetwork(cluster, signal)).filter(({ metadata }) =>
        leaving.has(metadata.uid),
      );
      if (left.length === 0) return { done: true, value: undefined };
      report(`${left.length} of ${pods.length} pods are ending`);
      return { done: false, state: left.map(podName).join(', ') };
    },
    {
      describe: 'the end of all pods on the pod network',
      timeout: 60_000,
      slowness: cluster.controlPlane.slowness,
      interval: 400,
      hint: 'kubectl get pods --all-namespaces',
      signal,
    },
  );
  return pods.filter(isBare).map(podName);
}
