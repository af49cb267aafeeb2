import type { ExecOptions } from '../../nodes/node.ts';
import type { Cluster } from '../cluster.ts';

/** While it is on a node, pods that the removal ended are not started there again. */
export const removalTaint = 'kubernetes-networking-lab/pod-network-removal';

interface TaintedNode {
  metadata: { name: string };
  spec: { taints?: { key: string }[] };
}

/**
 * Keeps new pods off all nodes. A taint, not a cordon: DaemonSets start their pods on cordoned nodes, and a node that
 * somebody has cordoned stays so.
 */
export async function keepPodsOff(cluster: Cluster, options: ExecOptions): Promise<void> {
  const taint = `${removalTaint}=:NoSchedule`;
  await cluster.kubectl.run(['taint', 'nodes', '--all', taint, '--overwrite'], options);
}

/** Nodes that a removal, perhaps a killed one, still keeps pods off. */
export async function keptOff(cluster: Cluster, options?: ExecOptions): Promise<string[]> {
  const { items } = await cluster.kubectl.get<{ items: TaintedNode[] }>(['nodes'], options);
  return items
    .filter(({ spec }) => spec.taints?.some(({ key }) => key === removalTaint))
    .map(({ metadata }) => metadata.name);
}

export async function letPodsOn(cluster: Cluster, options?: ExecOptions): Promise<void> {
  const names = await keptOff(cluster, options);
  if (names.length === 0) return;
  await cluster.kubectl.run(['taint', 'nodes', ...names, `${removalTaint}-`], options);
}
