import { LabError } from '../../base/errors.ts';
import { haltStages } from '../../lab/snapshot/halt.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';
import { runSteps, withEnvironment } from '../run-steps.ts';

/** `lab halt`: stops the nodes; what is on their disks stays. */
export async function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const config = await context.loadConfig();
  await withEnvironment(config, 'lab halt', async (environment) => {
    const states = [...(await environment.provider.states()).values()];
    if (states.every((state) => state === 'missing')) {
      throw new LabError('not-up', `there are no nodes of "${config.name}"`, { hint: 'lab up' });
    }
    const done = await runSteps(haltStages, environment, context);
    if (context.json) json({ name: config.name, ...done });
    else say('The nodes are stopped. Again: lab start');
  });
}
