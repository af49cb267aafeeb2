import { LabError } from '../base/errors.ts';
import { commandFailed } from '../nodes/local.ts';
import type { Node } from '../nodes/node.ts';
import type { Report } from '../nodes/provider.ts';
import type { Cluster } from './cluster.ts';
import { waitForKubeadm } from './control-plane.ts';
import * as kubeadm from './kubeadm.ts';
import { kubectlArgv } from './kubectl.ts';
import { printManifest } from './objects.ts';

const minute = 60_000;

/** Whether the worker has a kubelet that runs, and the API knows it. */
export async function hasJoined(cluster: Cluster, worker: Node): Promise<boolean> {
  await waitForKubeadm(worker);
  const local = await worker.exec(
    ['sh', '-c', 'test -e /etc/kubernetes/kubelet.conf && systemctl is-active --quiet kubelet'],
    { allowFailure: true },
  );
  if (local.exitCode !== 0) return false;
  return (await cluster.kubectl.find(['node', worker.name]))?.length === 1;
}

/** CA and address of the API server, without anybody's credentials. */
async function discoveryFile(cluster: Cluster): Promise<string> {
  const { stdout } = await cluster.controlPlane.exec(
    kubectlArgv(['config', 'view', '--raw', '--minify', '-o', 'json']),
  );
  const { clusters } = JSON.parse(stdout) as { clusters: { cluster: object }[] };
  const [first] = clusters;
  if (!first) throw new LabError('kubeconfig', 'admin.conf on the control plane names no cluster');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster: first.cluster }],
    // kubeadm puts the bootstrap token in; a user must be named all the same.
    users: [{ name: 'lab', user: {} }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }],
    'current-context': 'lab',
  });
}

/** A bootstrap token that the API server knows; made there unless init has just made it. */
export async function createToken(cluster: Cluster): Promise<string> {
  const token = kubeadm.randomToken();
  await cluster.controlPlane.exec(kubeadm.createToken(token));
  return token;
}

/**
 * kubeadm waits ten seconds for each answer of the API server, whatever its `timeouts` say: its messages show `?timeout=10s`.
 * On emulated processors one that is just starting may need longer. Nothing is written by then: the same again is safe.
 */
const unheard = /unable to fetch the kubeadm-config ConfigMap/;
const tries = 3;

async function join(worker: Node, report: Report, signal: AbortSignal): Promise<void> {
  for (let left = tries - 1; ; left--) {
    const run = await worker.exec(kubeadm.kubeadmJoin, {
      timeout: 4 * minute,
      signal,
      allowFailure: true,
      onLine: (line) => {
        if (line.startsWith('[')) report(line);
      },
    });
    if (run.exitCode === 0) return;
    if (left === 0 || !unheard.test(run.stderr)) {
      throw commandFailed(worker.name, kubeadm.kubeadmJoin, run);
    }
    report('the API server did not answer in time: once more');
  }
}

/** `kubeadm join` on one worker; what an earlier try left is reset first. */
export async function joinWorker(
  cluster: Cluster,
  worker: Node,
  token: string,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const left =
    'test -e /etc/kubernetes/kubelet.conf || test -e /etc/kubernetes/bootstrap-kubelet.conf';
  const before = await worker.exec(['sh', '-c', left], { allowFailure: true });
  if (before.exitCode === 0) {
    report('clearing an earlier try');
    await worker.exec(kubeadm.kubeadmReset, { timeout: 2 * minute, allowFailure: true, signal });
  }
  await worker.put(kubeadm.discoveryPath, await discoveryFile(cluster), { mode: '0600' });
  await worker.put(
    kubeadm.configPath,
    printManifest(kubeadm.joinConfiguration(token, worker.slowness)),
    {
      mode: '0600',
    },
  );
  await join(worker, report, signal);
}
