import type { Node, Role } from './node.ts';

/** Shape of one machine: everything a provider needs to make it, always the same for the same node. */
export interface NodeSpec {
  name: string;
  role: Role;
  /** Address on the lab network, without prefix. */
  address: string;
}

/** Shape of one environment, as far as providers are concerned. */
export interface EnvironmentSpec {
  name: string;
  /** The lab network in CIDR form, such as 10.100.198.0/24; the host is its first address. */
  network: string;
  nodes: readonly NodeSpec[];
  /** Folder with everything this environment owns on the host. */
  stateDir: string;
  /** Folder that every node sees as /vagrant. */
  sharedDir: string;
}

export type NodeState = 'running' | 'stopped' | 'missing';

/** Progress in words, for whoever draws it. */
export type Report = (text: string) => void;

/**
 * Makes and removes machines; knows nothing of Kubernetes. One file per provider, one line in `providers/index.ts`.
 * All methods are safe to repeat.
 */
export interface Provider {
  readonly name: string;
  /** What a person would type instead of `prepare`, `ensure` and `destroy`. */
  readonly byHand: {
    prepare(): readonly string[];
    ensure(name: string): readonly string[];
    destroy(): readonly string[];
  };
  /** Refuses, before anything is changed, what cannot work: no root, no engine, an address in use. */
  preflight(): Promise<void>;
  /** Networks and whatever else all nodes share. */
  prepare(report: Report): Promise<void>;
  /** Makes or starts the node and returns when it answers ssh. */
  ensure(name: string, report: Report, signal?: AbortSignal): Promise<void>;
  states(): Promise<Map<string, NodeState>>;
  /** The node over ssh, with its pinned host key. */
  node(name: string): Node;
  /** Removes one node and its data. */
  remove(name: string): Promise<void>;
  /** Removes every node, network and file of this environment, and nothing else. */
  destroy(report: Report): Promise<void>;
}
