import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv } from '../base/argv.ts';
import { LabError } from '../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Node } from '../nodes/node.ts';
import { exerciseFunctions } from './functions.ts';
import { selectNodes } from './live.ts';
import type { Vars } from './render.ts';
import type { ScriptRef } from './schema.ts';
import { environmentOf } from './vars.ts';

/** What scripts said on lines of their own: `answer PART VALUE`, `fact NAME VALUE`. */
export interface Said {
  answers: Record<string, string[]>;
  facts: Record<string, string[]>;
}

export interface RunScripts {
  cluster: Cluster;
  /** Where the files are. */
  folder: string;
  scripts: readonly ScriptRef[];
  /** Words behind the script's name, such as `apply`. */
  words: readonly string[];
  vars: Vars;
  /** Seconds for all of them together. */
  budget: number;
  /** What is being done, for messages: "setting up cni-02". */
  doing: string;
  report?: ((text: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** kubectl's deadlines in a script are for nodes of slowness 1, as all others. */
export function patientText(text: string, slowness: number): string {
  return text.replace(
    /--timeout=(\d+)s\b/g,
    (_, n: string) => `--timeout=${Number(n) * slowness}s`,
  );
}

function scriptArgv(
  { vars, words }: Pick<RunScripts, 'vars' | 'words'>,
  functions: Readonly<Record<string, string>>,
  script: { name: string; text: string },
  node: Node,
): Argv {
  const kubeconfig =
    node.role === 'control-plane' ? '/etc/kubernetes/admin.conf' : '/vagrant/admin.conf';
  // What kubectl caches would otherwise lie in /root, where no undo takes it away and lab diff sees it.
  const cache = { KUBECACHEDIR: '/var/cache/lab-kubectl' };
  const patient = (shell: string): string => patientText(shell, node.slowness);
  const set = [
    ...Object.entries({ KUBECONFIG: kubeconfig, ...cache, ...environmentOf(vars) }),
    ...Object.entries(functions).map(([name, body]) => [name, patient(body)]),
  ].map(([key, value]) => `${key}=${value}`);
  // The text goes along as a word: nothing is left on the node that a learner could find there.
  return ['env', ...set, 'bash', '-c', patient(script.text), script.name, ...words];
}

function listen(text: string, said: Said): void {
  for (const line of text.split('\n')) {
    const found = /^(answer|fact) (\S+) (.*)$/.exec(line.trimEnd());
    if (!found) continue;
    const [, what, name = '', value = ''] = found;
    const into = what === 'answer' ? said.answers : said.facts;
    into[name] = [...(into[name] ?? []), value];
  }
}

function overBudget({ doing }: RunScripts, seconds: number, script: string): LabError {
  return new LabError('over-budget', `${doing} took longer than ${seconds} s`, {
    why: `${script} was the last to run`,
    hint: 'lab status shows whether the lab is well',
  });
}

/**
 * Runs scripts one after another, on each node of a script side by side.
 * @throws LabError `script-failed` with the last lines, or `over-budget`.
 */
export async function runScripts(run: RunScripts): Promise<Said> {
  const said: Said = { answers: {}, facts: {} };
  const budget = run.budget * run.cluster.controlPlane.slowness;
  const deadline = Date.now() + budget * 1000;
  const functions = await exerciseFunctions();
  for (const { on, script } of run.scripts) {
    const text = await readFile(join(run.folder, script), 'utf8');
    const nodes = selectNodes(run.cluster, on);
    const left = Math.max(1000, deadline - Date.now()) / run.cluster.controlPlane.slowness;
    const results = await Promise.all(
      nodes.map((node) => {
        run.report?.(`${run.doing}: ${script} on ${node.name}`);
        const argv = scriptArgv(run, functions, { name: script, text }, node);
        const how = { allowFailure: true, timeout: left, signal: run.signal };
        return node.exec(argv, how).catch((error: unknown) => {
          // It would show the whole script as the command that took too long.
          const late = error instanceof LabError && error.code === 'command-timeout';
          throw late ? overBudget(run, budget, script) : error;
        });
      }),
    );
    results.forEach(({ exitCode, stdout, stderr }, i) => {
      if (exitCode === 0) return listen(stdout, said);
      const name = `${[script, ...run.words].join(' ')} on ${nodes[i]?.name ?? ''}`;
      throw new LabError('script-failed', `${run.doing} failed: ${name} ended with ${exitCode}`, {
        details: [...stdout.trim().split('\n'), ...stderr.trim().split('\n')].slice(-15).join('\n'),
      });
    });
    if (Date.now() > deadline) throw overBudget(run, budget, script);
  }
  return said;
}

/** Answers as the learner would have typed them: lines for the same part are put together. */
export function answerTexts(said: Said): Record<string, string> {
  return Object.fromEntries(
    Object.entries(said.answers).map(([part, lines]) => [part, lines.join(', ')]),
  );
}
