import type { Cluster } from '../../cluster/cluster.ts';
import { ruleCounts, type RuleCount } from '../../labnet/policy/counters.ts';
import { table } from '../../labnet/policy/nft-words.ts';
import { agentState, execOn } from './look.ts';

export interface RuleInForce extends Omit<RuleCount, 'addresses'> {
  node: string;
  /** "namespace/name" of the pods of this node that the rule is for. */
  pods: string[];
}

/** The rules that network policies have become, on every node, with their counters. */
export async function rulesInForce({ nodes }: Cluster): Promise<RuleInForce[]> {
  const all = await Promise.all(
    nodes.map(async (node) => {
      const [listing, state] = await Promise.all([
        execOn(node)(['nft', 'list', 'table', ...table.split(' ')]),
        agentState(node),
      ]);
      const pods = Object.values(state?.attachments ?? {});
      const nameOf = (address: string): string =>
        pods.find(({ wiring }) => wiring.address === address)?.wiring.label ?? address;
      return ruleCounts(listing.stdout).map(({ addresses, ...rule }) => ({
        ...{ node: node.name, pods: addresses.map(nameOf) },
        ...rule,
      }));
    }),
  );
  return all.flat();
}
