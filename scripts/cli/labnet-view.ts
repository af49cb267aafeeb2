import { exitCode } from '../base/errors.ts';
import { installedCnis } from '../cluster/cni/install.ts';
import { openEnvironment, requireRunning } from '../lab/environment.ts';
import { lookAtLabnet, requireLabnet, type LabnetNode } from '../lab/labnet/look.ts';
import type { CommandContext } from './context.ts';
import { json, say } from './print.ts';

/** One way of looking at all nodes of labnet: its text, and what a script gets. */
export interface View {
  text(nodes: readonly LabnetNode[]): string;
  json(nodes: readonly LabnetNode[]): object;
}

/** Whether a node works as it should. */
export function isSound({ problem, unready, wiring }: LabnetNode): boolean {
  return problem === undefined && unready === undefined && wiring.length === 0;
}

/** Looks, prints, and answers with exit code 1 when something is not as it should be. */
export async function showLabnet(context: CommandContext, view: View): Promise<number> {
  const environment = await openEnvironment(await context.loadConfig());
  try {
    await requireRunning(environment);
    requireLabnet(await installedCnis(environment.cluster));
    const nodes = await lookAtLabnet(environment.cluster);
    if (context.json) json(view.json(nodes));
    else say(view.text(nodes));
    return nodes.every(isSound) ? exitCode.ok : exitCode.failed;
  } finally {
    environment.close();
  }
}
