import { messageOf } from '../../base/errors.ts';
import type { Node } from '../../nodes/node.ts';
import type { Cluster } from '../cluster.ts';
import { apiAnswers } from '../readiness.ts';
import { cniPlugins } from './index.ts';
import type { CniName } from './names.ts';
import { installedCnis } from './install.ts';
import { leftoversSeen, lookAt } from './look.ts';
import type { AgentReport, CniPlugin } from './plugin.ts';

interface ContainerStatus {
  ready: boolean;
  state: { waiting?: { reason?: string }; terminated?: { reason?: string } };
}

interface AgentPod {
  metadata: {
    name: string;
    deletionTimestamp?: string;
    ownerReferences?: { kind: string; name: string }[];
  };
  spec: { nodeName?: string };
  status: {
    phase: string;
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

export interface Agent {
  pod: string;
  ready: boolean;
  /** As in the column STATUS of kubectl. */
  state: string;
}

export interface NodeCni {
  node: string;
  /** Why the node could not be asked; then nothing below is known of it. */
  problem?: string;
  agent?: Agent;
  /** The configuration that containerd uses, first by name in /etc/cni/net.d. */
  file?: string;
  network?: string;
  plugins?: string[];
  /** What the installed network's agent says of itself there. */
  report?: AgentReport;
  /** Further configurations, which are not used. */
  unused?: string[];
  /** Traces of pod networks that are not installed. */
  leftovers?: { cni: CniName; traces: string[] }[];
}

export interface CniStatus {
  /** What lab.yaml and the flags of `lab up` ask for. */
  configured: CniName;
  /** What has its agent in the cluster; unknown where the API does not answer. */
  installed?: CniName[];
  problem?: string;
  nodes: NodeCni[];
}

export function podState({ metadata, status }: AgentPod): { ready: boolean; state: string } {
  const main = status.containerStatuses ?? [];
  const ready = main.length > 0 && main.every((one) => one.ready);
  if (metadata.deletionTimestamp !== undefined) return { ready, state: 'Terminating' };
  const all = [...(status.initContainerStatuses ?? []), ...main];
  const waiting = all.find(({ state }) => state.waiting?.reason !== undefined)?.state.waiting;
  // A container that has not begun waits as PodInitializing, which says less than the phase of its init container.
  return { ready, state: waiting?.reason ?? status.phase };
}

/** The agents of the installed networks, by node. */
async function agents(
  cluster: Cluster,
  installed: readonly CniName[],
): Promise<Map<string, Agent>> {
  const found = new Map<string, Agent>();
  for (const name of installed) {
    const { agent }: CniPlugin = cniPlugins[name];
    if (!agent) continue;
    const { items } = await cluster.kubectl.get<{ items: AgentPod[] }>(
      ['pods', '--namespace', agent.namespace],
      { timeout: 15_000 },
    );
    for (const pod of items) {
      const { metadata, spec } = pod;
      if (!metadata.ownerReferences?.some((owner) => owner.name === agent.daemonSet)) continue;
      found.set(spec.nodeName ?? '', { pod: metadata.name, ...podState(pod) });
    }
  }
  return found;
}

/** What the agent of the only network says of itself on a node; undefined where it does not say anything. */
export async function agentReport(
  node: Node,
  [name, second]: readonly CniName[],
): Promise<AgentReport | undefined> {
  const { report }: Partial<CniPlugin> =
    name === undefined || second !== undefined ? {} : cniPlugins[name];
  if (!report) return undefined;
  const { exitCode, stdout } = await node.exec(report.argv, {
    allowFailure: true,
    timeout: 10_000,
  });
  return exitCode === 0 ? report.read(stdout) : undefined;
}

async function nodeCni(node: Node, installed: readonly CniName[] | undefined): Promise<NodeCni> {
  try {
    const [look, report] = await Promise.all([lookAt(node), agentReport(node, installed ?? [])]);
    const [file, ...unused] = look.files;
    return {
      node: node.name,
      ...(file === undefined ? {} : { file }),
      ...(look.network ? { network: look.network.name, plugins: look.network.plugins } : {}),
      unused,
      ...(report ? { report } : {}),
      leftovers: installed ? leftoversSeen(look, installed) : [],
    };
  } catch (error) {
    return { node: node.name, problem: messageOf(error) };
  }
}

/**
 * Which pod network is there, from the API and from every node; what does not answer is named, never thrown.
 * @param reachable Nodes that are worth asking; the others are told as not running.
 */
export async function cniStatus(
  cluster: Cluster,
  reachable: ReadonlySet<string>,
): Promise<CniStatus> {
  const configured = cluster.settings.cni.name;
  let installed: CniName[] | undefined;
  let found = new Map<string, Agent>();
  let problem: string | undefined;
  try {
    if (!(await apiAnswers(cluster))) throw new Error('the API server does not answer');
    installed = await installedCnis(cluster);
    found = await agents(cluster, installed);
  } catch (error) {
    problem = messageOf(error);
  }
  const nodes = await Promise.all(
    cluster.nodes.map((node) =>
      reachable.has(node.name)
        ? nodeCni(node, installed)
        : Promise.resolve<NodeCni>({ node: node.name, problem: 'is not running' }),
    ),
  );
  return {
    configured,
    ...(installed ? { installed } : {}),
    ...(problem === undefined ? {} : { problem }),
    nodes: nodes.map((one) => {
      const agent = found.get(one.node);
      return agent ? { ...one, agent } : one;
    }),
  };
}
