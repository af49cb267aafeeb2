import type { Cluster } from '../../cluster/cluster.ts';
import { ruleCounts, type RuleCount } from '../../labnet/policy/counters.ts';
import { table } from '../../labnet/policy/nft-words.ts';
import { agentState, execOn } from './look.ts';

export interface RuleInForce extends RuleCount {
  node: string;
  /** "namespace/name" of the pod that the rule protects. */
  pod: string;
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
      return ruleCounts(listing.stdout).map((rule) => {
        const pod = pods.find(({ wiring }) => wiring.address === rule.address);
        return { node: node.name, pod: pod?.wiring.label ?? rule.address, ...rule };
      });
    }),
  );
  return all.flat();
}
