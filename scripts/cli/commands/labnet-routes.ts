import type { LabnetNode } from '../../lab/labnet/look.ts';
import type { CommandContext } from '../context.ts';
import { showLabnet } from '../labnet-view.ts';
import { paint, table } from '../print.ts';

interface Way {
  from: string;
  to: string;
  /** What of it is missing. */
  problems: { problem: string; show: string }[];
}

/** Steps of the way to a node end in its name: route-node2, neighbour-node2, fdb-node2. */
function waysOf({ node, peers, wiring }: LabnetNode): Way[] {
  return peers.map((to) => ({
    from: node,
    to,
    problems: wiring.filter(
      ({ step }) => /^(route|neighbour|fdb)-/.test(step) && step.endsWith(`-${to}`),
    ),
  }));
}

function waysText(ways: readonly Way[]): string {
  return table(
    ['FROM', 'TO THE PODS OF', 'STATE', 'SEE IT'],
    ways.flatMap(({ from, to, problems }) =>
      problems.length === 0
        ? [[from, to, paint('green', 'there')]]
        : problems.map(({ problem, show }) => [from, to, paint('red', problem), show]),
    ),
  );
}

/** `lab labnet routes`; exit code 1 when a way is not there. */
export function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<number> {
  const ways = (nodes: readonly LabnetNode[]): Way[] => nodes.flatMap(waysOf);
  return showLabnet(context, {
    text: (nodes) => waysText(ways(nodes)),
    json: (nodes) => ({ ways: ways(nodes) }),
  });
}
