import type { LabnetNode } from '../../lab/labnet/look.ts';
import { nextGiven, roomOf } from '../../labnet/agent/addresses.ts';
import { enisPage } from '../../labnet/agent/enis.ts';
import type { AgentState } from '../../labnet/agent/state.ts';
import { CniError } from '../../labnet/cni/error.ts';
import type { NodeFacts } from '../../labnet/node/facts.ts';
import type { CommandContext } from '../context.ts';
import { eniLines } from '../labnet-enis.ts';
import { showLabnet } from '../labnet-view.ts';
import { table } from '../print.ts';

interface Pool {
  node: string;
  range: string;
  used: { address: string; pod: string; interface: string }[];
  free: number;
  /** The address that the next pod gets; undefined when none is free. */
  next: string | undefined;
  /** As at the agent's /v1/enis, in the mode vpc. */
  enis?: unknown;
}

function nextOf(state: AgentState, facts: NodeFacts): string | undefined {
  try {
    return nextGiven(state, facts).address;
  } catch (error) {
    if (error instanceof CniError) return undefined;
    throw error;
  }
}

function poolOf({ node, state }: LabnetNode): Pool[] {
  if (!state?.facts) return [];
  const { facts } = state;
  const used = Object.values(state.attachments).map(({ wiring }) => ({
    address: wiring.address,
    pod: wiring.label,
    interface: wiring.hostLink,
  }));
  const free = roomOf(state, facts) - used.length;
  const more = facts.mode === 'vpc' ? { enis: enisPage(state) } : {};
  return [{ node, range: facts.range, used, free, next: nextOf(state, facts), ...more }];
}

function poolText(pools: readonly Pool[], nodes: readonly LabnetNode[]): string {
  const heads = pools.map(
    ({ node, range, used, free, next }) =>
      `${node}: ${range}, ${used.length} in use, ${free} free, next ${next ?? 'none'}`,
  );
  const enis = nodes.flatMap(eniLines);
  const rows = pools.flatMap(({ node, used }) =>
    used.map((one) => [one.address, one.pod, node, one.interface]),
  );
  return [...heads, ...enis, '', table(['ADDRESS', 'POD', 'NODE', 'LINK ON THE NODE'], rows)].join(
    '\n',
  );
}

/** `lab labnet pool` */
export function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<number> {
  const pools = (nodes: readonly LabnetNode[]): Pool[] => nodes.flatMap(poolOf);
  return showLabnet(context, {
    text: (nodes) => poolText(pools(nodes), nodes),
    json: (nodes) => ({ pools: pools(nodes) }),
  });
}
