import { exitCode } from '../base/errors.ts';
import { installedCnis } from '../cluster/cni/install.ts';
import type { Environment } from '../lab/environment.ts';
import { lookAtLabnet, requireLabnet, type LabnetNode } from '../lab/labnet/look.ts';
import type { CommandContext } from './context.ts';
import { json, say } from './print.ts';
import { withRunning } from './running.ts';

/** One way of looking at all nodes of labnet: its text, and what a script gets. */
export interface View {
  text(nodes: readonly LabnetNode[]): string;
  json(nodes: readonly LabnetNode[]): object;
}

/** Whether a node works as it should. */
export function isSound({ problem, unready, wiring }: LabnetNode): boolean {
  return problem === undefined && unready === undefined && wiring.length === 0;
}

/** Looks at a lab that is up and has labnet. */
export async function onLabnet<T>(
  context: CommandContext,
  look: (cluster: Environment['cluster']) => Promise<T>,
): Promise<T> {
  return withRunning(await context.loadConfig(), async ({ cluster }) => {
    requireLabnet(await installedCnis(cluster));
    return look(cluster);
  });
}

/** Looks, prints, and answers with exit code 1 when something is not as it should be. */
export async function showLabnet(context: CommandContext, view: View): Promise<number> {
  return onLabnet(context, async (cluster) => {
    const nodes = await lookAtLabnet(cluster);
    if (context.json) json(view.json(nodes));
    else say(view.text(nodes));
    return nodes.every(isSound) ? exitCode.ok : exitCode.failed;
  });
}
