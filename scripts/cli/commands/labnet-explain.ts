import { usageError } from '../../base/errors.ts';
import { explanationText } from '../../labnet/explain/text.ts';
import { explainDryRun, explainPod } from '../../lab/labnet/explain.ts';
import type { CommandContext } from '../context.ts';
import { onLabnet } from '../labnet-view.ts';
import { json, say } from '../print.ts';

interface Options {
  namespace?: string;
  dryRun?: boolean;
  node?: string;
}

/** `lab labnet explain POD`. */
export async function run(
  [pod = '']: readonly string[],
  { namespace = 'default', dryRun, node }: Options,
  context: CommandContext,
): Promise<void> {
  if (node !== undefined && !dryRun) {
    throw usageError('node-without-dry-run', '--node needs --dry-run', {
      why: 'a pod that exists has its node already',
    });
  }
  return onLabnet(context, async (cluster) => {
    const explanation = dryRun
      ? await explainDryRun(cluster, namespace, pod, node)
      : await explainPod(cluster, namespace, pod);
    if (context.json) json(explanation);
    else say(explanationText(explanation));
  });
}
