import type { z } from 'zod';
import type { Argv } from '../../base/argv.ts';
import type { LabError } from '../../base/errors.ts';
import type { ExecResult } from '../../nodes/node.ts';
import type { ClusterSettings, CniSettings } from '../cluster.ts';
import type { KubeObject } from '../objects.ts';

/** What a pod network's manifest has to know of the cluster. */
export interface CniFacts {
  settings: ClusterSettings;
  /** Address and port of the API server on the lab network. */
  apiServer: { host: string; port: number };
  /** Of the nodes; see there. */
  slowness: number;
}

/**
 * Variables by which an agent asks the API server at its own address. The service address, 10.96.0.1, answers only when
 * kube-proxy has run on the node: flannel would crash once and be started again after 10 s.
 */
export function apiServerVariables({
  apiServer: { host, port },
}: CniFacts): { name: string; value: string }[] {
  return [
    { name: 'KUBERNETES_SERVICE_HOST', value: host },
    { name: 'KUBERNETES_SERVICE_PORT', value: String(port) },
  ];
}

/** Traces that a pod network leaves on a node, and that its removal takes away. */
export interface CniTraces {
  /** Names of links. */
  links: readonly string[];
  /** Files and folders; a folder goes with all that is in it. */
  paths: readonly string[];
  /** Prefixes of iptables chains, in any table. */
  chains: readonly string[];
  /** nftables tables with their family, as in "ip nat". */
  tables?: readonly string[];
  /** Numbers that mark its rules in `ip rule` (and routes, in tables other than main). */
  protocols?: readonly string[];
  /** Beginnings of the aliases of links that have no name known beforehand, as pods' ends without a bridge. */
  aliases?: readonly string[];
}

/** Runs a command on the host or on a node. */
export type Run = (
  argv: Argv,
  options: { allowFailure: boolean; timeout: number },
) => Promise<ExecResult>;

/** Where a pod network is about to be installed. */
export interface Place {
  /** Runs a command there; absent where nothing can be run yet that says something of the nodes. */
  run?: Run;
  /** Full names of the images that the nodes have, or will be given, beside those of the supply. */
  images: () => Promise<readonly string[]>;
}

/** What an agent says of itself: title -> text, as in "peers" -> "2 of 2 connected". */
export type AgentReport = Readonly<Record<string, string>>;

/** A pod network: one file here, one line in `index.ts`, and its manifest. */
export interface CniPlugin {
  title: string;
  /** Its part of lab.yaml: the value of `cni.NAME`, which it reads from the settings by this schema again. */
  options?: z.ZodObject;
  /** Kernel features, by their names in `lab doctor`, that it cannot do without. */
  kernel?(cni: CniSettings): readonly string[];
  /**
   * The reason why it cannot run, found before anything of it is installed. Asked on the host, before there are nodes, and on
   * the control plane.
   */
  refusal?(place: Place): Promise<LabError | undefined>;
  /** All objects to apply, the options of lab.yaml worked in. Empty for "none". */
  objects(facts: CniFacts): Promise<KubeObject[]>;
  /** What a person would type on the control plane instead; `#` starts a remark. */
  explain(facts: CniFacts): readonly string[];
  /** The agent that runs on every node; undefined for "none". */
  agent?: { namespace: string; daemonSet: string };
  /** How the agent on a node is asked about itself, and how its answer is read. */
  report?: { argv: Argv; read(stdout: string): AgentReport };
  /** Objects that the agent makes itself in its namespace, as in "configmap/weave-net". */
  madeByAgent?: readonly string[];
  /** Where pods get their addresses from; by default the cluster's pod subnet. */
  podRange?(settings: ClusterSettings): string;
  /**
   * A file that is on a node as soon as pods there can get an address. A node is Ready before that, when the CNI
   * configuration is in place; a pod that starts in between fails once and is tried again after some 13 s.
   */
  servesWhen?: string;
  traces: CniTraces;
}
