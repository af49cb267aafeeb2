import { cacheRoot } from '../../base/paths.ts';
import { openEnvironment } from '../../lab/environment.ts';
import { supply as supplyStep } from '../../lab/steps/nodes.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';
import { runSteps } from '../run-steps.ts';

/** `lab build`: fills the cache with all that nodes are made of, and starts nothing. */
export async function run(
  _args: readonly string[],
  { source }: { source?: string },
  context: CommandContext,
): Promise<void> {
  const environment = await openEnvironment(await context.loadConfig({ source }));
  await runSteps([supplyStep], environment, context);
  const { supply, provider } = environment;
  environment.close();
  const cache = cacheRoot();
  if (context.json) {
    const { programs, images, whole } = supply ?? {};
    return json({ cache, programs, images, ...whole });
  }
  if (supply?.whole) {
    say(`node image   ${supply.whole.nodeImage}   (in the store of ${provider.platform.name})`);
    say(`image store  ${supply.whole.goldenStore}`);
  } else say(`images       ${supply?.images}`);
  say(`cache        ${cache}`);
}
