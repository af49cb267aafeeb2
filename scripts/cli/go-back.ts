import { usageError } from '../base/errors.ts';
import { forgetLaterAttempts } from '../exercises/restored.ts';
import type { Environment } from '../lab/environment.ts';
import { removeSandboxes } from '../lab/sandbox.ts';
import { restoreStages } from '../lab/snapshot/restore.ts';
import type { Snapshot } from '../lab/snapshot/store.ts';
import type { CommandContext } from './context.ts';
import { progressOf } from './lab-progress.ts';
import { json, say } from './print.ts';
import { prepareNextReset } from './standby-ahead.ts';
import { runSteps } from './run-steps.ts';

/** Restores a snapshot, shows the steps, and ends attempts at exercises that are no longer set up. */
export async function goBack(
  environment: Environment,
  snapshot: Snapshot,
  context: CommandContext,
): Promise<void> {
  const { spec } = environment;
  const names = spec.nodes.map(({ name }) => name).join(', ');
  if (names !== snapshot.nodes.join(', ')) {
    throw usageError('other-nodes', `"${snapshot.name}" is of other nodes`, {
      why: `it has ${snapshot.nodes.join(', ')}; the lab has ${names}`,
      hint: `lab down && lab up --workers ${snapshot.nodes.length - 1}, then restore it`,
    });
  }
  const done = await runSteps(restoreStages(environment, snapshot), environment, context);
  prepareNextReset(environment.config);
  await removeSandboxes(environment.config);
  const over = await forgetLaterAttempts(progressOf(spec), snapshot.exercises);
  if (context.json) json({ name: spec.name, snapshot: snapshot.name, ...done, over });
  else if (over.length > 0) say(`No longer set up: ${over.join(', ')} (scores are kept)`);
}
