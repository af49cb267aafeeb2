import { messageOf } from '../base/errors.ts';
import { cniPlugins } from '../cluster/cni/index.ts';
import { cniNames, type CniName } from '../cluster/cni/names.ts';
import { removalTaint } from '../cluster/cni/keep-off.ts';
import type { CniPlugin } from '../cluster/cni/plugin.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { initialised } from '../cluster/control-plane.ts';
import { readyCondition, type ApiNode } from '../cluster/readiness.ts';

interface Listed {
  kind: string;
  metadata: { name: string; namespace?: string };
}

interface ListedNode extends ApiNode {
  kind: 'Node';
  spec: ApiNode['spec'] & { taints?: { key: string }[] };
}

interface ListedDaemonSet extends Listed {
  kind: 'DaemonSet';
  status: { desiredNumberScheduled?: number; numberReady?: number };
}

interface ListedDeployment extends Listed {
  kind: 'Deployment';
  spec: { replicas?: number };
  status: { readyReplicas?: number };
}

export type ApiObject = ListedNode | ListedDaemonSet | ListedDeployment;

export interface Count {
  ready: number;
  wanted: number;
}

export interface ApiNodeStatus {
  ready: boolean;
  /** Why it is not ready, shortened where the kubelet is wordy. */
  reason?: string;
  kubelet: string;
  runtime: string;
  /** A killed `lab cni remove` still keeps pods off. */
  keptOff: boolean;
}

/** What the API tells, as far as `lab status` shows it. */
export interface ApiStatus {
  nodes: Record<string, ApiNodeStatus>;
  networks: { name: CniName; agents: Count }[];
  dns?: Count;
}

/** The kubelet's own words are for people who know that by "cni plugin" a configuration file is meant. */
function shortReason(message: string): string {
  if (/cni plugin not initialized/.test(message)) return 'no pod network';
  return message.length > 80 ? `${message.slice(0, 80)} …` : message;
}

function nodeStatus(node: ListedNode): ApiNodeStatus {
  const { ready, message } = readyCondition(node);
  const { kubeletVersion, containerRuntimeVersion } = node.status.nodeInfo;
  return {
    ready,
    ...(ready ? {} : { reason: shortReason(message) }),
    kubelet: kubeletVersion,
    runtime: containerRuntimeVersion,
    keptOff: node.spec.taints?.some(({ key }) => key === removalTaint) ?? false,
  };
}

/** Works out what the API's objects mean. */
export function apiStatus(objects: readonly ApiObject[]): ApiStatus {
  const result: ApiStatus = { nodes: {}, networks: [] };
  for (const object of objects) {
    const { name } = object.metadata;
    if (object.kind === 'Node') result.nodes[name] = nodeStatus(object);
    else if (object.kind === 'Deployment') {
      if (name !== 'coredns' || object.metadata.namespace !== 'kube-system') continue;
      const wanted = object.spec.replicas ?? 1;
      result.dns = { ready: object.status.readyReplicas ?? 0, wanted };
    } else {
      const cni = cniNames.find((one) => {
        const { agent }: CniPlugin = cniPlugins[one];
        return agent?.daemonSet === name && agent.namespace === object.metadata.namespace;
      });
      if (cni === undefined) continue;
      const { numberReady: ready = 0, desiredNumberScheduled: wanted = 0 } = object.status;
      result.networks.push({ name: cni, agents: { ready, wanted } });
    }
  }
  return result;
}

/** Asks the API; where it does not answer, the reason as a person would put it. */
export async function readApi(cluster: Cluster): Promise<ApiStatus | { problem: string }> {
  const { kubectl } = cluster;
  try {
    if (!(await initialised(cluster))) {
      return { problem: 'kubeadm init has not been run' };
    }
    const words = ['nodes,daemonsets,deployments', '--all-namespaces'];
    const { items } = await kubectl.get<{ items: ApiObject[] }>(words, { timeout: 10_000 });
    return apiStatus(items);
  } catch (error) {
    const { why } = error as { why?: string };
    return { problem: why ?? messageOf(error) };
  }
}
