import type { Node } from '../../nodes/node.ts';

/** All that a trace needs of a node. */
export type TraceNode = Pick<Node, 'name' | 'exec'>;

/** A pod as one end of the connection. */
export interface End {
  /** As in "pod default/web". */
  label: string;
  node: TraceNode;
  /** Of its network namespace, for `nsenter --net`. */
  netns: string;
  address: string;
}

/** Words that run in the end's network. */
export function inside({ netns }: End, argv: readonly string[]): readonly string[] {
  return ['nsenter', `--net=${netns}`, ...argv];
}
