import { LabError } from '../../base/errors.ts';
import { startStages } from '../../lab/snapshot/restore.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';
import { runSteps, withEnvironment } from '../run-steps.ts';

/** `lab start`: starts nodes that exist, after `lab halt` or a restart of the host. */
export async function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const config = await context.loadConfig();
  await withEnvironment(config, 'lab start', async (environment) => {
    const missing = [...(await environment.provider.states())]
      .filter(([, state]) => state === 'missing')
      .map(([name]) => name);
    if (missing.length > 0) {
      throw new LabError('nodes-missing', `these nodes do not exist: ${missing.join(', ')}`, {
        hint: 'lab up',
      });
    }
    const done = await runSteps(startStages(environment), environment, context);
    if (context.json) json({ name: config.name, ...done });
    else say('The nodes run, and the lab is as it was.');
  });
}
