import { expect, it } from 'vitest';
import { kubeadmJoin } from '../../../scripts/cluster/kubeadm.ts';
import { joinWorker } from '../../../scripts/cluster/workers.ts';
import { commandLine } from '../../../scripts/base/argv.ts';
import { fakeCluster } from '../../support/fake-cluster.ts';

const unheard =
  'error execution phase kubelet-start: unable to fetch the kubeadm-config ConfigMap: net/http: request canceled';

/** Joins a worker whose kubeadm fails with these words, one after the other, before it works. */
async function joins(failures: string[]): Promise<{ told: string[]; tries: number }> {
  const cluster = fakeCluster();
  const { master, node1 } = cluster;
  const view = { clusters: [{ cluster: { server: 'https://10.100.198.200:6443' } }] };
  master.on(/config view/, JSON.stringify(view));
  let tries = 0;
  node1.put = () => Promise.resolve();
  node1.on(/^sh -c 'test -e/, { exitCode: 1 });
  node1.on(commandLine(kubeadmJoin), () => {
    const stderr = failures[tries++];
    return stderr === undefined ? '' : { exitCode: 1, stderr };
  });
  const told: string[] = [];
  const { signal } = new AbortController();
  await joinWorker(cluster, node1, 'abcdef.0123456789abcdef', (text) => told.push(text), signal);
  return { told, tries };
}

it('asks an API server again that did not answer kubeadm in time', async () => {
  expect((await joins([unheard, unheard])).tries).toBe(3);
});

it('ends after the third time, and at once after anything else', async () => {
  await expect(joins([unheard, unheard, unheard])).rejects.toMatchObject({ details: unheard });
  await expect(joins(['error: no route to host'])).rejects.toMatchObject({
    details: 'error: no route to host',
  });
});
