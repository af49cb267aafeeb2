import { requireNode } from '../../lab/config.ts';
import { openEnvironment } from '../../lab/environment.ts';
import { network, nodeStep, supply } from '../../lab/steps/nodes.ts';
import type { CommandContext } from '../context.ts';
import { json } from '../print.ts';
import { runSteps } from '../run-steps.ts';

/** `lab prepare NODE`: what `lab up --until nodes` does, for one node. The Vagrantfile calls it. */
export async function run(
  [name = '']: readonly string[],
  { provider }: { provider?: string },
  context: CommandContext,
): Promise<void> {
  const config = await context.loadConfig({ provider });
  requireNode(config, name);
  const environment = await openEnvironment(config);
  try {
    const done = await runSteps([supply, network, nodeStep(name)], environment, context);
    if (context.json) json({ name: config.name, node: name, ...done });
  } finally {
    environment.close();
  }
}
