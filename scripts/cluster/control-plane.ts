import { LabError } from '../base/errors.ts';
import { until } from '../base/until.ts';
import type { Node } from '../nodes/node.ts';
import type { Report } from '../nodes/provider.ts';
import { adminConf } from './api.ts';
import type { Cluster } from './cluster.ts';
import * as kubeadm from './kubeadm.ts';
import { printManifest } from './objects.ts';
import { apiAnswers } from './readiness.ts';

const minute = 60_000;

export async function fileExists(node: Node, path: string): Promise<boolean> {
  return (await node.exec(['test', '-e', path], { allowFailure: true })).exitCode === 0;
}

/** Whether kubeadm init has been run, even if nothing of it answers. */
export function initialised({ controlPlane }: Cluster): Promise<boolean> {
  return fileExists(controlPlane, adminConf);
}

/** A kubeadm that outlived an interrupted `lab`, or a learner's own: its end is waited for. */
export async function waitForKubeadm(node: Node, signal?: AbortSignal): Promise<void> {
  await until(
    async () => {
      const running = await node.exec(['pgrep', '-ax', 'kubeadm'], { allowFailure: true });
      return running.exitCode !== 0
        ? { done: true, value: undefined }
        : { done: false, state: running.stdout.trim() };
    },
    {
      describe: `the end of kubeadm on ${node.name}`,
      timeout: 5 * minute,
      slowness: node.slowness,
      interval: 500,
      signal,
    },
  );
}

/** Whether init has gone through to its end: the last things it makes are there. */
export async function initComplete(cluster: Cluster): Promise<boolean> {
  if (!(await initialised(cluster))) return false;
  if (!(await apiAnswers(cluster))) return false;
  const last = await cluster.kubectl.find([
    'daemonset',
    'kube-proxy',
    '--namespace',
    'kube-system',
  ]);
  return last?.length === 1;
}

/** After a restart of the node the API server needs some seconds; only then can anything be said of it. */
export async function waitForApi(cluster: Cluster, signal?: AbortSignal): Promise<boolean> {
  const attempt = until(
    async () =>
      (await apiAnswers(cluster))
        ? { done: true, value: true }
        : { done: false, state: 'no answer' },
    {
      describe: 'the API server',
      timeout: minute,
      slowness: cluster.controlPlane.slowness,
      interval: 150,
      signal,
    },
  );
  return attempt.catch((error: unknown) => {
    if (error instanceof LabError && error.code === 'timeout') return false;
    throw error;
  });
}

/** Like `initComplete`, giving a control plane that is there already the time to start. */
export async function controlPlaneIsUp(cluster: Cluster): Promise<boolean> {
  const { controlPlane } = cluster;
  await waitForKubeadm(controlPlane);
  if (!(await initialised(cluster))) return false;
  const kubelet = await controlPlane.exec(['systemctl', 'is-active', 'kubelet'], {
    allowFailure: true,
  });
  if (kubelet.exitCode !== 0) return false;
  return (await waitForApi(cluster)) && (await initComplete(cluster));
}

export interface InitWish {
  token: string;
  deferDns: boolean;
}

/** Phase names of kubeadm's own output, as progress. */
function initProgress(report: Report): (line: string) => void {
  return (line) => {
    const phase = /^\[([a-z-]+)\] (.+)/.exec(line);
    if (phase) report(`${phase[1]}: ${phase[2] ?? ''}`);
  };
}

/**
 * `kubeadm init` on the control plane. It may be repeated over an unfinished one: existing keys and files are
 * used again; only if that fails is everything reset and made anew.
 */
export async function initControlPlane(
  cluster: Cluster,
  { token, deferDns }: InitWish,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { controlPlane, settings } = cluster;
  const unfinished = await fileExists(controlPlane, '/etc/kubernetes/manifests/etcd.yaml');
  const address = controlPlane.address;
  const configuration = kubeadm.initConfiguration({
    ...{ address, token, settings, deferDns },
    slowness: controlPlane.slowness,
  });
  await controlPlane.put(kubeadm.configPath, printManifest(configuration), { mode: '0600' });
  const { slowness } = controlPlane;
  const patches = new Map([
    [kubeadm.dnsPatchPath, kubeadm.dnsPatch(address, slowness)],
    ...kubeadm.componentPatches(slowness),
  ]);
  for (const [path, patch] of patches) await controlPlane.put(path, printManifest([patch]));
  const options = { timeout: 6 * minute, onLine: initProgress(report), signal };
  const first = await controlPlane.exec(kubeadm.kubeadmInit, {
    ...options,
    allowFailure: unfinished,
  });
  if (first.exitCode === 0) return;
  report('the unfinished control plane cannot be completed; starting anew');
  await controlPlane.exec(kubeadm.kubeadmReset, {
    timeout: 2 * minute,
    allowFailure: true,
    signal,
  });
  await controlPlane.exec(kubeadm.kubeadmInit, options);
}

const shareScript = `
set -e
install -d -o vagrant -g vagrant /home/vagrant/.kube
install -d /root/.kube
install -m 0600 -o vagrant -g vagrant "$0" /home/vagrant/.kube/config
install -m 0600 -o vagrant -g vagrant "$0" /vagrant/admin.conf
install -m 0600 "$0" /root/.kube/config`;

/** Gives `vagrant`, root and the shared folder the administrator's kubeconfig, readable by their owner only. */
export async function shareKubeconfig(cluster: Cluster): Promise<void> {
  await cluster.controlPlane.exec(['sh', '-c', shareScript, adminConf]);
}

/** The administrator's kubeconfig. */
export async function adminKubeconfig({ controlPlane }: Cluster): Promise<string> {
  return (await controlPlane.exec(['cat', adminConf])).stdout;
}

/** Whether every copy of the kubeconfig on the control plane equals the cluster's own. */
export async function kubeconfigShared(cluster: Cluster): Promise<boolean> {
  const same = 'cmp -s "$0" /vagrant/admin.conf && cmp -s "$0" /home/vagrant/.kube/config';
  const argv = ['sh', '-c', same, adminConf];
  return (await cluster.controlPlane.exec(argv, { allowFailure: true })).exitCode === 0;
}
