import { cacheRoot } from '../../base/paths.ts';
import { buildStages, type Build } from '../../lab/build.ts';
import { findEngine } from '../../nodes/engine.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';
import { runSteps } from '../run-steps.ts';

/** `lab build`: fills the cache with all that nodes are made of, and starts nothing. */
export async function run(
  _args: readonly string[],
  { source }: { source?: string },
  context: CommandContext,
): Promise<void> {
  const config = await context.loadConfig({ source });
  const build: Build = { config, engine: await findEngine(config.engine), supply: undefined };
  const stages = buildStages();
  await runSteps(stages, build, context);
  const { supply } = build;
  const cache = cacheRoot();
  if (context.json) return json({ cache, ...supply });
  say(`node image   ${supply?.nodeImage}   (in the store of ${build.engine.name})`);
  say(`image store  ${supply?.goldenStore}`);
  say(`cache        ${cache}`);
}
