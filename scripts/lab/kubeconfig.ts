import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { LabError } from '../base/errors.ts';
import { readIfExists, writeAtomic } from '../base/files.ts';
import { adminKubeconfig, kubeconfigShared, shareKubeconfig } from '../cluster/control-plane.ts';
import type { Report } from '../nodes/provider.ts';
import type { Environment } from './environment.ts';
import { kubeconfigPath } from './share.ts';

/** Whether the nodes' users, the shared folder and this machine have the kubeconfig of the cluster that there is. */
export async function kubeconfigInPlace({ cluster, spec }: Environment): Promise<boolean> {
  if (!(await kubeconfigShared(cluster))) return false;
  return (await readIfExists(kubeconfigPath({ spec }))) === (await adminKubeconfig(cluster));
}

/** Gives it to all of them. Where nodes see the shared folder itself, the control plane has written this machine's copy, too. */
export async function putKubeconfig(environment: Environment, report: Report): Promise<void> {
  const { cluster, provider } = environment;
  await shareKubeconfig(cluster);
  const path = kubeconfigPath(environment);
  const text = await adminKubeconfig(cluster);
  if ((await readIfExists(path)) !== text) await writeAtomic(path, text, 0o600);
  await provider.share(report);
}

/**
 * The path of the kubeconfig that works from this machine.
 * @throws LabError `no-kubeconfig` when it is not there, or not readable.
 */
export async function requireKubeconfig(environment: Pick<Environment, 'spec'>): Promise<string> {
  const path = kubeconfigPath(environment);
  const problem = await access(path, constants.R_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (problem === undefined) return path;
  const missing = problem === 'ENOENT';
  throw new LabError(
    'no-kubeconfig',
    `The environment "${environment.spec.name}" has no kubeconfig that can be read`,
    {
      why: missing ? `kubeadm init has not been run: ${path} is missing` : `${path}: ${problem}`,
      hint: missing ? 'lab up' : 'try again with sudo',
    },
  );
}
