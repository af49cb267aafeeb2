import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { environmentSpec } from '../../lab/config.ts';
import { openEnvironment, requireRunning } from '../../lab/environment.ts';
import { kubectlProgram } from '../../lab/kubectl-program.ts';
import { requireKubeconfig } from '../../lab/kubeconfig.ts';
import type { CommandContext } from '../context.ts';
import { attachTerminal } from '../terminal.ts';

/**
 * kubectl as its own process on this terminal: local files, editors, port-forward and Ctrl-C are its own business.
 * Resolves to its exit code.
 */
function runHere(program: string, words: readonly string[], kubeconfig: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    const child = spawn(program, words, { stdio: 'inherit', env });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)),
    );
  });
}

/** `lab kubectl`: all words are passed on, and so is the exit code. */
export async function run(
  words: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<number> {
  const config = await context.loadConfig();
  const program = await kubectlProgram();
  const kubeconfig = await requireKubeconfig({ spec: environmentSpec(config) }).catch(
    () => undefined,
  );
  // No engine is asked: a command for every day should begin at once.
  if (program !== undefined && kubeconfig !== undefined) return runHere(program, words, kubeconfig);
  const environment = await openEnvironment(config);
  try {
    await requireRunning(environment);
    await requireKubeconfig(environment);
    // The kubectl of the control plane, over ssh, which sees its own files only.
    return await attachTerminal(environment.cluster.controlPlane, ['kubectl', ...words]);
  } finally {
    environment.close();
  }
}
