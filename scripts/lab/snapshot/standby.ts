import { rm } from 'node:fs/promises';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import { readIfExists, writeAtomic } from '../../base/files.ts';
import { sleep } from '../../base/until.ts';
import { apiByKubectl } from '../../cluster/api-by-kubectl.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { kubectlOn } from '../../cluster/kubectl.ts';
import type { EnvironmentSpec } from '../../nodes/provider.ts';
import type { Environment } from '../environment.ts';
import type { Stage, Step } from '../step.ts';
import { apiStep } from '../steps/cluster.ts';
import { ready, verify } from '../steps/done.ts';
import { disksFolder } from './folder.ts';
import type { Snapshot } from './store.ts';

type LabStep = Step<Environment>;

/** Which snapshot the standby nodes were made from. */
function recordPath({ stateDir }: Pick<EnvironmentSpec, 'stateDir'>): string {
  return join(stateDir, 'standby.json');
}

/** Whoever makes standby nodes has a lock of its own: the lab stays free for whoever works on it. */
export function standbyLock({ stateDir }: Pick<EnvironmentSpec, 'stateDir'>): string {
  return `${stateDir}.standby`;
}

const mark = ({ name, created }: Snapshot): string => JSON.stringify({ name, created });

/**
 * The controller manager is stopped before the freeze and goes on two seconds after the thaw: kubelets are to be heard of
 * before it asks how long they have been silent. Many short sleeps, because a sleep that was frozen is over at once.
 */
const holdControllers = `
pkill -STOP -x kube-controller || exit 0
nohup sh -c 'for i in $(seq 20); do sleep 0.1; done; pkill -CONT -x kube-controller' >/dev/null 2>&1 &`;

/** @param since Milliseconds since 1970, before any of the nodes was started: a pod may run before the last of them answers. */
function asCluster(environment: Environment, nodes: Cluster['nodes'], since: number): Environment {
  const [controlPlane, ...workers] = nodes;
  if (!controlPlane) throw new Error('a standby without a control plane');
  const api = apiByKubectl(controlPlane);
  const kubectl = kubectlOn(controlPlane, api);
  const cluster = { ...environment.cluster, nodes, controlPlane, workers, api, kubectl };
  const started = new Map(cluster.nodes.map(({ name }) => [name, since]));
  return { ...environment, cluster, nodesStarted: since, started };
}

/** What the steps of `lab standby` share. */
export interface StandbyJob {
  environment: Environment;
  snapshot: Snapshot;
  /** The standby nodes as an environment, once they are started. */
  raised: Environment | undefined;
}

function onRaised(step: LabStep): Step<StandbyJob> {
  const of = ({ raised }: StandbyJob): Environment => {
    if (raised) return raised;
    throw new Error('the standby nodes are asked before they are started');
  };
  return {
    ...{ id: step.id, title: step.title },
    explain: () => [],
    skip: (job) => step.skip?.(of(job)) ?? Promise.resolve(undefined),
    run: (job, report, signal) => step.run(of(job), report, signal),
  };
}

/** The steps of `lab standby`: a second clean lab, frozen, for the next `lab reset`. */
export const standbyStages: readonly Stage<StandbyJob>[] = [
  {
    id: 'raise',
    title: 'Standby nodes',
    explain: () => [],
    async run(job, report) {
      const { environment, snapshot } = job;
      await rm(recordPath(environment.spec), { force: true });
      const folder = disksFolder(environment.spec, snapshot.name);
      const since = Date.now();
      const nodes = await environment.provider.standby.raise(folder, report);
      job.raised = asCluster(environment, nodes, since);
    },
  },
  onRaised(apiStep),
  { id: 'done', title: 'Done means done', together: [onRaised(ready), onRaised(verify)] },
  {
    id: 'freeze',
    title: 'Freeze',
    explain: () => [],
    async run({ environment, snapshot, raised }, report, signal) {
      report('letting it come to rest');
      await sleep(5_000, signal);
      await raised?.cluster.controlPlane.exec(['sh', '-c', holdControllers]);
      await environment.provider.standby.freeze();
      await writeAtomic(recordPath(environment.spec), mark(snapshot));
    },
  },
];

/** Takes the standby nodes, where they are of this snapshot and ready; the reason why not otherwise. */
export function takeStandby(snapshot: Snapshot): LabStep {
  return {
    id: 'standby',
    title: 'Standby nodes',
    explain: () => ['# nobody can by hand: nodes that were started ahead of need take over'],
    async skip({ spec, provider }) {
      if ((await readIfExists(recordPath(spec))) !== mark(snapshot)) return 'there are none';
      return (await provider.standby.ready()) ? undefined : 'they are not ready';
    },
    async run(environment, report) {
      await rm(recordPath(environment.spec), { force: true });
      environment.nodesStarted = Date.now();
      await environment.provider.standby.take(report);
      environment.thawed = true;
    },
  };
}

const gigabyte = 1024 ** 3;

/** Whether this host has room for a second lab: it takes 0.6 GB, and 15 s of two cores each time. */
export function roomForStandby(): boolean {
  return availableParallelism() >= 2 && freemem() > 6 * gigabyte;
}
