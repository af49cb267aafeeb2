import { rulesInForce } from '../../lab/labnet/policies.ts';
import type { CommandContext } from '../context.ts';
import { onLabnet } from '../labnet-view.ts';
import { json, paint, say, table } from '../print.ts';

/** `lab labnet policies` */
export async function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  return onLabnet(context, async (cluster) => {
    const rules = await rulesInForce(cluster);
    if (context.json) return json({ rules });
    if (rules.length === 0) {
      return say('No network policy selects a pod: every pod reaches every other one.');
    }
    const rows = rules.map(
      ({ node, pods: [pod = '', ...more], direction, rule, verdict, packets }) => [
        more.length === 0 ? pod : `${pod} and ${more.length} more`,
        node,
        direction,
        paint(verdict === 'allows' ? 'green' : 'red', verdict),
        rule,
        String(packets),
      ],
    );
    say(table(['PODS', 'NODE', 'DIRECTION', 'IT', 'BY', 'PACKETS'], rows));
    say('\nOf a connection, the first packet is counted; those that follow pass unseen.');
  });
}
