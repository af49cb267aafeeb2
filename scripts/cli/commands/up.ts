import { usageError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import { environmentSpec } from '../../lab/config.ts';
import { installedCnis } from '../../cluster/cni/install.ts';
import { openEnvironment, type Environment } from '../../lab/environment.ts';
import { withLock } from '../../lab/lock.ts';
import { noLongerNew } from '../../lab/snapshot/clean.ts';
import { kubeconfigPath } from '../../lab/share.ts';
import { isStep, type Stage } from '../../lab/step.ts';
import { stops, upStages, type Stop } from '../../lab/up.ts';
import type { CommandContext } from '../context.ts';
import { ensurePackages } from '../packages.ts';
import { json, say } from '../print.ts';
import { prepareNextReset } from '../standby-ahead.ts';
import { runSteps, type StepsDone } from '../run-steps.ts';

interface UpOptions {
  cni?: string;
  workers?: string;
  until?: string;
  network?: string;
  provider?: string;
  engine?: string;
  flannelIface?: string;
  source?: string;
  explain?: boolean;
  fresh?: boolean;
}

function parseStop(text: string | undefined): Stop | undefined {
  if (text === undefined) return undefined;
  const found = stops.find((stop) => stop === text);
  if (found) return found;
  throw usageError('unknown-step', `--until ${text}: there is no such step`, {
    why: suggest(text, stops),
    hint: 'lab up --help',
  });
}

function explainStages(stages: readonly Stage<Environment>[], environment: Environment): void {
  for (const stage of stages) {
    if (isStep(stage)) {
      say(`# ${stage.title}`);
      for (const line of stage.explain(environment)) say(line);
      say();
    } else explainStages([...(stage.inOrder ?? []), ...(stage.together ?? [])], environment);
  }
}

/** What is there now, in words that match how far it went. */
async function closingLines(environment: Environment, until: Stop | undefined): Promise<string[]> {
  const { config, cluster } = environment;
  const here = config.flags.overrides.name && config.name !== 'lab' ? ` --env ${config.name}` : '';
  if (until === 'nodes') {
    return [
      'The nodes are prepared. Type kubeadm yourself:',
      `  lab${here} ssh ${cluster.controlPlane.name}`,
      `  sudo kubeadm init --apiserver-advertise-address ${cluster.controlPlane.address} --pod-network-cidr ${config.kubernetes.podSubnet}`,
      `lab up${here} completes whatever is missing.`,
    ];
  }
  if (until !== undefined) return [`Stopped after "${until}". lab up${here} completes the rest.`];
  const [installed] = config.cni.name === 'none' ? await installedCnis(cluster) : [];
  if (installed !== undefined) {
    return [`${installed} is installed; --cni none does not take it away: lab${here} cni remove`];
  }
  if (config.cni.name === 'none') {
    return [
      'The cluster has no pod network yet: its nodes are NotReady, as they must be.',
      'Install one yourself (lab exercise cni-02), or by: lab cni install flannel',
    ];
  }
  return [
    'Done: nodes Ready, CoreDNS ready, a pod pings a pod on another node, names resolve.',
    `export KUBECONFIG=${kubeconfigPath(environment)}`,
    'Next: lab exercise list',
  ];
}

/** `lab up`: makes the environment, or completes what is missing of it. */
export async function run(
  _args: readonly string[],
  options: UpOptions,
  context: CommandContext,
): Promise<void> {
  const until = parseStop(options.until);
  const { cni, workers, network, provider, engine, flannelIface, source } = options;
  const overrides = { cni, workers, network, provider, engine, flannelIface, source };
  const config = await context.loadConfig(overrides);
  if (!options.explain) await ensurePackages(config, context);
  const environment = await openEnvironment(config);
  const stages = upStages(environment, { until, fresh: options.fresh });
  try {
    if (options.explain) return explainStages(stages, environment);
    const { stateDir } = environmentSpec(config);
    let done: StepsDone = { steps: [] };
    await withLock(stateDir, 'lab up', async () => {
      if (until !== undefined) await noLongerNew(environment.spec);
      done = await runSteps(stages, environment, context);
    });
    if (until === undefined) prepareNextReset(config);
    if (context.json) {
      json({ name: config.name, kubeconfig: kubeconfigPath(environment), ...done });
    } else for (const line of await closingLines(environment, until)) say(line);
  } finally {
    environment.close();
  }
}
