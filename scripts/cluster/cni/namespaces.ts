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
    const words = ['get', 'namespace', metadata.name, '-o', 'name', '--ignore-not-found'];
    await until(
      async () => {
        const { stdout } = await cluster.kubectl.run(words, { timeout: 20_000 });
        const gone = stdout.trim() === '';
        return gone ? { done: true, value: undefined } : { done: false, state: 'still there' };
      },
      {
        describe: `the end of namespace ${metadata.name}`,
        timeout: 60_000,
        interval: 400,
        hint: `kubectl get all --namespace ${metadata.name}`,
        ...(signal ? { signal } : {}),
      },
    );
  }
}
