import { until } from '../../base/until.ts';
import type { Cluster } from '../../cluster/cluster.ts';

interface Pod {
  metadata: { uid: string; name: string; deletionTimestamp?: string };
  spec: { nodeName?: string };
}

/**
 * Waits until no pod is on its way out: a kubelet keeps folders of a pod for a moment after the API has forgotten it,
 * and a snapshot should not have them. A learner's lab may never be at rest, so this gives up after a while.
 */
export async function waitForRest(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const look = async (): Promise<string[]> => {
    const { items } = await cluster.kubectl.get<{ items: Pod[] }>(['pods', '--all-namespaces']);
    const going = items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    const known = new Set(items.map(({ metadata }) => metadata.uid));
    const folders = await Promise.all(
      cluster.nodes.map(async (node) => {
        const words = ['sh', '-c', 'ls /var/lib/kubelet/pods 2>/dev/null || true'];
        const { stdout } = await node.exec(words);
        // Pods from files are kept under a digest of the file instead of a UID.
        const uids = stdout.split('\n').filter((name) => name.includes('-'));
        return uids.filter((uid) => !known.has(uid)).map((uid) => `${node.name}: pod ${uid}`);
      }),
    );
    return [...going.map(({ metadata }) => `pod ${metadata.name}`), ...folders.flat()];
  };
  await until(
    async () => {
      const left = await look();
      return left.length === 0
        ? { done: true, value: undefined }
        : { done: false, state: left.join(', ') };
    },
    { describe: 'the end of pods that are going', timeout: 20_000, interval: 150, signal },
  ).catch((error: unknown) => {
    signal.throwIfAborted();
    if ((error as { code?: string }).code !== 'timeout') throw error;
  });
}
