import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { LabError } from '../base/errors.ts';
import type { Environment } from './environment.ts';
import { kubeconfigPath } from './share.ts';

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
