import { join } from 'node:path';
import type { Argv } from '../base/argv.ts';
import { LabError } from '../base/errors.ts';
import { readIfExists } from '../base/files.ts';
import { projectRoot } from '../base/paths.ts';
import { kubectlArgv } from '../cluster/kubectl.ts';
import { local } from '../nodes/local.ts';
import type { ExecResult, Node } from '../nodes/node.ts';
import type { Capture, Report } from '../nodes/provider.ts';
import { examine } from './doctor.ts';
import type { Environment } from './environment.ts';
import { clusterCaptures, hostCaptures, nodeCaptures } from './log-captures.ts';
import type { LogFolder } from './log-folder.ts';
import { labStatus } from './status.ts';
import type { Stage, Step } from './step.ts';

/** What the steps of `lab logs` share. */
export interface LogJob {
  environment: Environment;
  folder: LogFolder;
}

type LogStep = Step<LogJob>;

const limit = 30_000;

/** The words of the answer are enough; no command has to be shown. */
function text(stdout: string): ExecResult {
  return { stdout, stderr: '', exitCode: 0 };
}

async function collect(
  captures: readonly Capture[],
  run: (capture: Capture) => Promise<void>,
  report: Report,
): Promise<void> {
  let done = 0;
  await Promise.all(
    captures.map(async (capture) => {
      await run(capture);
      done++;
      report(`${done} of ${captures.length}: ${capture.file}`);
    }),
  );
}

/** Why nothing can be asked there; found once, so that thirty commands do not wait for the same silence. */
async function silence(node: Node, state: string): Promise<LabError | undefined> {
  if (state !== 'running') return new LabError('node-down', `the node is ${state}`);
  return node.exec(['true'], { timeout: 12_000 }).then(
    () => undefined,
    (error: unknown) => (error instanceof LabError ? error : new LabError('ssh', String(error))),
  );
}

function nodeStep(name: string): LogStep {
  return {
    id: `logs-${name}`,
    title: name,
    explain: () => [`lab ssh ${name} -- sudo journalctl --unit kubelet   # and so on`],
    async run({ environment, folder }, report, signal) {
      const node = environment.provider.node(name);
      const state = (await environment.provider.states()).get(name) ?? 'missing';
      const why = await silence(node, state);
      if (why) {
        await folder.add(join(name, 'unreachable.txt'), ['true'], () => Promise.reject(why));
        report(`not collected: ${why.message}`);
        return;
      }
      const options = { allowFailure: true, timeout: limit, signal };
      const run = ({ file, argv }: Capture): Promise<void> =>
        folder.add(join(name, file), argv, () => node.exec(argv, options));
      await collect(nodeCaptures, run, report);
      signal.throwIfAborted();
    },
  };
}

const clusterStep: LogStep = {
  id: 'logs-cluster',
  title: 'Cluster',
  explain: () => ['kubectl get pods --all-namespaces --output yaml   # and so on'],
  async run({ environment: { cluster, provider }, folder }, report, signal) {
    const { controlPlane } = cluster;
    const state = (await provider.states()).get(controlPlane.name) ?? 'missing';
    const why = await silence(controlPlane, state);
    if (why) {
      await folder.add('cluster/unreachable.txt', ['kubectl'], () => Promise.reject(why));
      return;
    }
    const options = { allowFailure: true, timeout: limit, signal };
    const run = ({ file, argv }: Capture): Promise<void> => {
      const all: Argv = ['kubectl', ...argv];
      const limited = kubectlArgv([...argv, '--request-timeout=20s']);
      return folder.add(join('cluster', file), all, () => controlPlane.exec(limited, options));
    };
    await collect(clusterCaptures, run, report);
    signal.throwIfAborted();
  },
};

async function versions(): Promise<string> {
  const lab = JSON.parse((await readIfExists(join(projectRoot, 'package.json'))) ?? '{}') as object;
  const { version = 'unknown' } = lab as { version?: string };
  return `lab ${version}\nnode ${process.version}\n${process.platform} ${process.arch}\n`;
}

const hostStep: LogStep = {
  id: 'logs-host',
  title: 'This machine',
  explain: () => ['lab doctor', 'lab status'],
  async run({ environment, folder }, report, signal) {
    const { provider, config } = environment;
    const asked: Record<string, [command: Argv, answer: () => Promise<string>]> = {
      'versions.txt': [['lab', '--version'], versions],
      'status.json': [
        ['lab', 'status', '--json'],
        async () => JSON.stringify(await labStatus(environment), null, 2),
      ],
      'doctor.json': [
        ['lab', 'doctor', '--json'],
        async () => JSON.stringify(await examine(config), null, 2),
      ],
      'config.json': [
        ['lab.yaml with the flags worked in'],
        () => Promise.resolve(JSON.stringify(config, null, 2)),
      ],
    };
    const { file } = config;
    if (file !== undefined) {
      asked['lab.yaml'] = [['cat', file], async () => (await readIfExists(file)) ?? ''];
    }
    const options = { allowFailure: true, timeout: limit, signal };
    for (const [name, [command, answer]] of Object.entries(asked)) {
      report(name);
      await folder.add(join('host', name), command, async () => text(await answer()));
    }
    // One after the other: the engine's own locks would make them wait anyway.
    for (const { file: name, argv } of [...provider.captures(), ...hostCaptures]) {
      signal.throwIfAborted();
      report(name);
      await folder.add(join('host', name), argv, () => local(argv, options));
    }
  },
};

/** The steps of `lab logs`: nodes, cluster and host side by side. */
export function logStages({ spec }: Environment): Stage<LogJob>[] {
  const nodes = spec.nodes.map(({ name }) => nodeStep(name));
  return [{ id: 'logs', title: 'Collect', together: [...nodes, clusterStep, hostStep] }];
}
