import type { LabnetNode } from '../../lab/labnet/look.ts';
import type { CommandContext } from '../context.ts';
import { isSound, showLabnet } from '../labnet-view.ts';
import { paint, table } from '../print.ts';

function row(one: LabnetNode): string[] {
  const { node, problem, unready, state, peers, wiring } = one;
  if (!state?.facts) return [node, paint('red', problem ?? 'unknown')];
  const { mode, range, uplink } = state.facts;
  const sound = isSound(one);
  const word =
    unready === undefined ? (sound ? 'ready' : `ready, ${wiring.length} missing`) : 'not ready';
  return [
    node,
    paint(sound ? 'green' : 'red', word),
    mode,
    range,
    String(Object.keys(state.attachments).length),
    `${uplink.link} ${uplink.address}`,
    String(peers.length),
  ];
}

function statusText(nodes: readonly LabnetNode[]): string {
  const lines = [table(['NODE', 'STATE', 'MODE', 'PODS IN', 'PODS', 'BY', 'WAYS'], nodes.map(row))];
  for (const { node, unready, wiring } of nodes) {
    if (unready !== undefined) lines.push(`${node}: ${unready}`);
    for (const { problem, show } of wiring) {
      lines.push(`${node}: ${problem}`, `    see it: lab ssh ${node} -- sudo ${show}`);
    }
  }
  if (nodes.some(({ wiring }) => wiring.length > 0)) {
    lines.push(
      '',
      'What is missing was taken away by hand. Make it again by hand, or have the agent do it:',
      'lab kubectl -n labnet rollout restart daemonset labnet',
    );
  }
  return lines.join('\n');
}

/** `lab labnet status`; exit code 1 when a node is not ready, or something it made is gone. */
export function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<number> {
  return showLabnet(context, {
    text: statusText,
    json: (nodes) => ({
      nodes: nodes.map(({ state, ...rest }) => ({
        ...rest,
        ...(state?.facts ?? {}),
        pods: Object.keys(state?.attachments ?? {}).length,
      })),
    }),
  });
}
