import { until } from '../../base/until.ts';
import type { Cluster } from '../../cluster/cluster.ts';

interface Pod {
  metadata: { name: string; deletionTimestamp?: string };
}

/**
 * Waits until no pod is on its way out, so that a restore does not end it once more. A learner's lab may never be at rest,
 * so this gives up after a while. What a kubelet still has of pods that the API has forgotten, it removes when it starts.
 */
export async function waitForRest(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const wait = until(
    async () => {
      const { items } = await cluster.kubectl.get<{ items: Pod[] }>(['pods', '--all-namespaces']);
      const going = items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
      const names = going.map(({ metadata }) => metadata.name).join(', ');
      return going.length === 0 ? { done: true, value: undefined } : { done: false, state: names };
    },
    {
      describe: 'the end of pods that are going',
      timeout: 20_000,
      slowness: cluster.controlPlane.slowness,
      interval: 150,
      signal,
    },
  );
  await wait.catch((error: unknown) => {
    signal.throwIfAborted();
    if ((error as { code?: string }).code !== 'timeout') throw error;
  });
}
