import type { PodName } from '../cni/request.ts';
import type { Exec } from '../plan/exec.ts';
import type { Plan } from '../plan/step.ts';
import type { AgentState } from './state.ts';

/** Policies, as far as a pod's start and end have to do with them. */
export interface PolicyGuard {
  /** Steps that put the rules for this pod in force; empty where none select it. */
  planFor: (pod: PodName, address: string) => Promise<Plan>;
  /** The ADD of this address is over: its rules are in force, or it failed. */
  settled: (address: string, well: boolean) => void;
  /** A pod has gone from this node. */
  changed: () => void;
}

/** What all calls of one agent share. */
export interface AgentContext {
  state: AgentState;
  /** Resolves when the state as it is now is on disk. */
  save: () => Promise<void>;
  exec: Exec;
  /** Why pods cannot be started now; undefined when they can. */
  problem: () => string | undefined;
  policy?: PolicyGuard;
  /** Gets more addresses for this node, if it can; absent where there are never more. */
  grow?: () => Promise<void>;
  /** Folder of state, socket, tombstones and records of calls. */
  folder: string;
  log: (text: string) => void;
}
