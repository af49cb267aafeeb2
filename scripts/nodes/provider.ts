import type { Argv } from '../base/argv.ts';
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
  /**
   * Ranges that mean something within the lab only. Where the provider makes the way out itself, it answers packets to them
   * with "host unreachable": outside, somebody else might have these addresses and answer.
   */
  internal: readonly string[];
  /** Folder with everything this environment owns on the host. */
  stateDir: string;
  /** Folder that every node sees as /vagrant. */
  sharedDir: string;
}

/** Programs and images, on this host, that nodes are made from. */
export interface Supply {
  /** Debian packages that a node needs. */
  packages: readonly string[];
  /** Programs by their paths: on this host, and on a node. */
  programs: readonly { from: string; to: string }[];
  /** Folder of an OCI layout with all images. */
  images: string;
  /** For nodes that are made whole; see `madeFrom` of the provider. */
  whole?: {
    /** Image of a node, in the engine's store. */
    nodeImage: string;
    /** A containerd root with all images unpacked, to be cloned. */
    goldenStore: string;
  };
}

/** One command on this host whose output helps to find out what is wrong with the nodes. */
export interface Capture {
  /** Name of the file that its output goes into, without folder. */
  file: string;
  argv: Argv;
}

/** What a node was that runs now: at work already, frozen in the middle of its work, or not started. */
export type Ensured = 'ran' | 'thawed' | 'started';

/** Frozen: a `lab` that was killed while it copied the disks has left it so. */
export type NodeState = 'running' | 'frozen' | 'stopped' | 'missing';

/** Progress in words, for whoever draws it. */
export type Report = (text: string) => void;

export interface SavedDisks {
  /** On the host's disk, beyond what all nodes share. */
  bytes: number;
}

/** Whole nodes without their memory: files, images, identity. Links, routes and processes start anew. */
export interface Disks {
  /** Saves the disks of all nodes to a new folder. Running nodes stand still for a moment. */
  save(folder: string, report: Report): Promise<SavedDisks>;
  /**
   * Gives all nodes saved disks, and leaves them stopped; nodes that are missing are made. An interrupted restore is
   * completed by the next `prepare`, or has changed nothing but that nodes may be stopped.
   * @throws LabError `snapshot-damaged`, naming files that are not what was saved; before anything is changed.
   */
  restore(folder: string, report: Report): Promise<void>;
  /** Whether the disks saved there can still be given; some go with their nodes. */
  kept(folder: string): Promise<boolean>;
  /** Begins to remove what restores have replaced; goes on by itself when this process has ended. */
  tidy(): Promise<void>;
}

/**
 * A second set of nodes with the same names, addresses and disks, started ahead of need, apart from the lab network, and
 * frozen. It costs memory, and no processor time until it takes the place of the live nodes.
 */
export interface Standby {
  /** Whether this provider can have one here. */
  possible(): boolean;
  /** Makes and starts it from saved disks, in place of one that is there; the nodes are reached through the engine. */
  raise(folder: string, report: Report): Promise<readonly Node[]>;
  freeze(): Promise<void>;
  /** Whether all of it is there and frozen. */
  ready(): Promise<boolean>;
  /** Gives it the names and the network of the live nodes, and lets it go on; those are stopped by `tidy`. */
  take(report: Report): Promise<void>;
  /** Begins to remove the nodes that were replaced; goes on by itself when this process has ended. */
  tidy(): Promise<void>;
  drop(): Promise<void>;
}

/**
 * Makes and removes machines; knows nothing of Kubernetes. One file per provider, one line in `providers/index.ts`.
 * All methods are safe to repeat.
 */
export interface Provider {
  readonly name: string;
  /** What runs the nodes here, as in podman 4.3.1. */
  readonly platform: { readonly name: string; readonly version: string };
  /** Nodes run on this host's kernel: what it lacks, they lack. */
  readonly sharesKernel: boolean;
  /** What it asks of the supply: whole nodes, or programs that it puts on plain machines itself. */
  readonly madeFrom: 'whole' | 'programs';
  /** For `lab logs`. */
  captures(): readonly Capture[];
  /** What a person would type instead of `prepare`, `ensure`, `halt` and `destroy`. */
  readonly byHand: {
    prepare(): readonly string[];
    ensure(name: string): readonly string[];
    halt(): readonly string[];
    destroy(): readonly string[];
  };
  /** Refuses, before anything is changed, what cannot work: no root, no engine, an address in use. */
  preflight(): Promise<void>;
  /** Networks and whatever else all nodes share. */
  prepare(report: Report): Promise<void>;
  /** Makes or starts the node, unless it runs, and returns when it answers ssh. */
  ensure(name: string, report: Report, signal?: AbortSignal): Promise<Ensured>;
  /** Brings what is in the shared folder to the nodes that run, where they do not see the folder itself. */
  share(report: Report): Promise<void>;
  /** Stops all nodes at once, as a power cut would; what is on their disks stays. */
  halt(report: Report): Promise<void>;
  readonly disks: Disks;
  readonly standby: Standby;
  states(): Promise<Map<string, NodeState>>;
  /** The node over ssh, with its pinned host key. */
  node(name: string): Node;
  /** Removes every node, network and file of this environment, and nothing else. */
  destroy(report: Report): Promise<void>;
}
