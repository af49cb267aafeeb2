const prefix = 'node.kubernetes.io/';

/** What the node lifecycle controller sets and takes away (kubernetes/pkg/controller/nodelifecycle): each follows from a condition of the node, or from its cordon. */
const keys = new Set(
  [
    ...['not-ready', 'unreachable', 'network-unavailable', 'unschedulable'],
    ...['memory-pressure', 'disk-pressure', 'pid-pressure'],
  ].map((name) => `${prefix}${name}`),
);

/** Without the taints of the node lifecycle controller, which come and go up to five seconds after what they follow from. */
export function withoutLifecycleTaints<T extends { key: string }>(taints: readonly T[]): T[] {
  return taints.filter(({ key }) => !keys.has(key));
}
