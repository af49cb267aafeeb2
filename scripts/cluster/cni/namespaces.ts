import { until } from '../../base/until.ts';
import type { Cluster } from '../cluster.ts';
import type { KubeObject } from '../objects.ts';

/**
 * Waits until the namespaces among these objects, which are being deleted, are gone: until then nothing can be made
 * in them.
 */
export async function waitForNamespacesGone(
  cluster: Cluster,
  objects: readonly KubeObject[],
  signal?: AbortSignal,
): Promise<void> {
  for (const { metadata } of objects.filter(({ kind }) => kind === 'Namespace')) {
    const words = ['namespace', metadata.name];
    await until(
      async () => {
        const found = await cluster.kubectl.find(words, { timeout: 20_000 });
        const gone = found?.length === 0;
        return gone ? { done: true, value: undefined } : { done: false, state: 'still there' };
      },
      {
        describe: `the end of namespace ${metadata.name}`,
        timeout: 60_000,
        slowness: cluster.controlPlane.slowness,
        interval: 400,
        hint: `kubectl get all --namespace ${metadata.name}`,
        ...(signal ? { signal } : {}),
      },
    );
  }
}
