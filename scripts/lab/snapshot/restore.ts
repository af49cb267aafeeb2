import type { Environment } from '../environment.ts';
import { imageSteps } from '../image/steps.ts';
import type { Stage, Step } from '../step.ts';
import { apiStep, kubeconfig } from '../steps/cluster.ts';
import { ready, verify } from '../steps/done.ts';
import { host, network, nodesUp } from '../steps/nodes.ts';
import { takeStandby } from './standby.ts';
import { markSettled } from './settled.ts';
import { disksFolder } from './folder.ts';
import type { Snapshot } from './store.ts';

type LabStep = Step<Environment>;

/** Gives the nodes the disks of a snapshot; they are stopped afterwards. */
export async function restoreDisks(
  { spec, provider }: Environment,
  { name }: Snapshot,
  report: (text: string) => void,
): Promise<void> {
  await provider.disks.restore(disksFolder(spec, name), report);
}

function restoreStep(snapshot: Snapshot): LabStep {
  return {
    id: 'restore',
    title: `Disks of ${snapshot.name}`,
    explain: () => ['# by hand there is no way: kubeadm reset on every node, and all over again'],
    skip: ({ thawed }) => Promise.resolve(thawed ? 'the standby nodes have them' : undefined),
    run: (environment, report) => restoreDisks(environment, snapshot, report),
  };
}

/** From now on `lab diff` tells of containers that ended and were started again. */
export const settled: LabStep = {
  id: 'settled',
  title: 'Tidy up',
  explain: () => ['# what lab itself has left on the way'],
  async run({ spec, provider }) {
    await markSettled(spec);
    await provider.standby.tidy();
    await provider.disks.tidy();
  },
};

/** From started nodes to a lab that works as far as it did: what there is, is read from the nodes. */
function awake(environment: Environment): Stage<Environment>[] {
  return [
    nodesUp(environment),
    ...imageSteps(environment),
    apiStep,
    kubeconfig,
    { id: 'done', title: 'Done means done', together: [ready, verify] },
    settled,
  ];
}

/** The steps of `lab reset` and `lab snapshot restore`. */
export function restoreStages(environment: Environment, snapshot: Snapshot): Stage<Environment>[] {
  return [host, network, takeStandby(snapshot), restoreStep(snapshot), ...awake(environment)];
}

/** The steps of `lab start`. */
export function startStages(environment: Environment): Stage<Environment>[] {
  return [host, network, ...awake(environment)];
}
