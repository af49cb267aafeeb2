import { loadStages, type ImageJob } from '../../lab/image/steps.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';
import { runSteps, withEnvironment } from '../run-steps.ts';

/** `lab image load`: images for every node, now and later. */
export async function run(
  files: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const config = await context.loadConfig();
  await withEnvironment(config, 'lab image load', async (environment) => {
    const job: ImageJob = { environment, files, images: [], nodes: [] };
    await runSteps(loadStages, job, context);
    if (context.json) json({ name: config.name, images: job.images, nodes: job.nodes });
    else {
      const names = job.images.flatMap((image) => image.names);
      say(
        `${names.join('\n')}\n${job.nodes.length > 0 ? `on ${job.nodes.join(', ')}` : 'kept for lab up'}`,
      );
    }
  });
}
