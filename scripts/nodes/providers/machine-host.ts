import type { LocalOptions } from '../local.ts';
import type { ExecResult, Node } from '../node.ts';
import type { EnvironmentSpec, NodeState } from '../provider.ts';

/** What of the machines their disks need. */
export interface MachineHost {
  environment: EnvironmentSpec;
  vagrant(this: void, argv: readonly string[], options?: LocalOptions): Promise<ExecResult>;
  states(this: void): Promise<Map<string, NodeState>>;
  node(this: void, name: string): Node;
  disconnect(this: void): void;
}
