import { removeStages, type RemoveJob } from '../../lab/cni.ts';
import { openEnvironment, requireRunning } from '../../lab/environment.ts';
import { withLock } from '../../lab/lock.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';
import { runSteps } from '../run-steps.ts';

function tell({ names, removal: { bare, waiting } }: RemoveJob): void {
  if (names.length === 0) return say('No pod network is installed, and no node has traces of one.');
  say(`${names.join(' and ')}: gone from every node. Nodes are NotReady until the next one.`);
  if (bare.length > 0) say(`Gone for good, since nobody makes them again: ${bare.join(', ')}`);
  if (waiting.length > 0) say(`Waiting for a pod network: ${waiting.join(', ')}`);
}

/** `lab cni remove`: takes away what is installed, and what an earlier removal has left. */
export async function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const environment = await openEnvironment(await context.loadConfig());
  const job: RemoveJob = { environment, names: [], removal: { bare: [], waiting: [] } };
  try {
    await requireRunning(environment);
    await withLock(environment.spec.stateDir, 'lab cni remove', () =>
      runSteps(removeStages, job, context),
    );
  } finally {
    environment.close();
  }
  if (context.json) json({ removed: job.names, ...job.removal });
  else tell(job);
}
