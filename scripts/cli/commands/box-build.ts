import { openEnvironment } from '../../lab/environment.ts';
import { boxStages, type BoxJob } from '../../lab/box.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';
import { runSteps } from '../run-steps.ts';

/** `lab box build`: a Vagrant box for libvirt with everything in it. */
export async function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const environment = await openEnvironment(await context.loadConfig({ provider: 'container' }));
  const job: BoxJob = { environment, box: undefined };
  await runSteps(boxStages(), job, context);
  environment.close();
  if (context.json) json({ box: job.box });
  else say(`${job.box}   used from now on where lab.yaml names no other box`);
}
