import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { openEnvironment, requireRunning, type Environment } from '../../lab/environment.ts';
import { kubectlProgram } from '../../lab/kubectl-program.ts';
import { kubeconfigPath, requireKubeconfig } from '../../lab/kubeconfig.ts';
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

/** Without a kubectl on this machine: the one of the control plane, over ssh, which sees its own files only. */
function runThere({ cluster }: Environment, words: readonly string[]): Promise<number> {
  return attachTerminal(cluster.controlPlane, ['kubectl', ...words]);
}

/** `lab kubectl`: all words are passed on, and so is the exit code. */
export async function run(
  words: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<number> {
  const environment = await openEnvironment(await context.loadConfig());
  try {
    // The file alone is asked for: a cluster whose containers cannot be listed may still answer.
    if (!existsSync(kubeconfigPath(environment))) await requireRunning(environment);
    const kubeconfig = await requireKubeconfig(environment);
    const program = await kubectlProgram();
    if (program === undefined) return await runThere(environment, words);
    return await runHere(program, words, kubeconfig);
  } finally {
    environment.close();
  }
}
