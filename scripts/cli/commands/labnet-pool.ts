import { parseCidr } from '../../base/cidr.ts';
import type { LabnetNode } from '../../lab/labnet/look.ts';
import type { AgentState } from '../../labnet/agent/state.ts';
import { nextAddress } from '../../labnet/ipam/range.ts';
import type { CommandContext } from '../context.ts';
import { showLabnet } from '../labnet-view.ts';
import { table } from '../print.ts';

interface Pool {
  node: string;
  range: string;
  used: { address: string; pod: string; interface: string }[];
  free: number;
  /** The address that the next pod gets; undefined when none is free. */
  next: string | undefined;
}

function nextOf(range: string, { attachments, last }: AgentState): string | undefined {
  const taken = new Set(Object.values(attachments).map(({ wiring }) => wiring.address));
  try {
    return nextAddress(range, taken, last).address;
  } catch {
    return undefined;
  }
}

function poolOf({ node, state }: LabnetNode): Pool[] {
  if (!state?.facts) return [];
  const { range } = state.facts;
  const { first, last } = parseCidr(range);
  const used = Object.values(state.attachments).map(({ wiring }) => ({
    address: wiring.address,
    pod: wiring.label,
    interface: wiring.hostLink,
  }));
  const free = last - first - 2 - used.length;
  return [{ node, range, used, free, next: nextOf(range, state) }];
}

function poolText(pools: readonly Pool[]): string {
  const heads = pools.map(
    ({ node, range, used, free, next }) =>
      `${node}: ${range}, ${used.length} in use, ${free} free, next ${next ?? 'none'}`,
  );
  const rows = pools.flatMap(({ node, used }) =>
    used.map((one) => [one.address, one.pod, node, one.interface]),
  );
  return [...heads, '', table(['ADDRESS', 'POD', 'NODE', 'LINK ON THE NODE'], rows)].join('\n');
}

/** `lab labnet pool` */
export function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<number> {
  const pools = (nodes: readonly LabnetNode[]): Pool[] => nodes.flatMap(poolOf);
  return showLabnet(context, {
    text: (nodes) => poolText(pools(nodes)),
    json: (nodes) => ({ pools: pools(nodes) }),
  });
}
