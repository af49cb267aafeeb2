import { createHash } from 'node:crypto';
import { LabError, usageError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { nextGiven } from '../../labnet/agent/addresses.ts';
import { attachmentFor } from '../../labnet/agent/attachment.ts';
import type { AgentState } from '../../labnet/agent/state.ts';
import { explain, type Explanation } from '../../labnet/explain/explanation.ts';
import type { NodeFacts } from '../../labnet/node/facts.ts';
import type { Node } from '../../nodes/node.ts';
import { requireNamed } from '../named.ts';
import { agentState, callRecord } from './look.ts';

interface Pod {
  metadata: { name: string; namespace: string };
  spec: { nodeName?: string; hostNetwork?: boolean };
  status: { podIP?: string };
}

function nodeNamed(cluster: Cluster, name: string): Node {
  const found = cluster.nodes.find((node) => node.name === name);
  if (found) return found;
  const names = cluster.nodes.map((node) => node.name);
  throw usageError('no-node', `there is no node "${name}"`, { why: suggest(name, names) });
}

async function stateOn(node: Node): Promise<AgentState & { facts: NodeFacts }> {
  const state = await agentState(node);
  if (state?.facts) return { ...state, facts: state.facts };
  throw new LabError('labnet-not-ready', `labnet has not been ready on ${node.name}`, {
    hint: 'lab labnet status',
  });
}

async function findPod({ kubectl }: Cluster, namespace: string, name: string): Promise<Pod> {
  const { items } = await kubectl.get<{ items: Pod[] }>(['pods', '--all-namespaces']);
  return requireNamed('pod', { namespace, name }, items, {
    elsewhere: (other) => `lab labnet explain ${name} --namespace ${other}`,
    nowhere: 'lab labnet explain NAME --dry-run   tells of a pod that does not exist yet',
  });
}

/** The seven steps of a pod that runs, with what its last ADD measured. */
export async function explainPod(
  cluster: Cluster,
  namespace: string,
  name: string,
): Promise<Explanation> {
  const pod = await findPod(cluster, namespace, name);
  const label = `${namespace}/${name}`;
  if (pod.spec.hostNetwork) {
    throw usageError('host-network', `${label} uses the node's own network`, {
      why: 'a pod with hostNetwork has no namespace of its own, so no CNI plugin is called for it',
    });
  }
  if (pod.spec.nodeName === undefined) {
    throw usageError('no-node-yet', `${label} has no node yet`, {
      why: 'the scheduler has not placed it, so nothing was done for it',
      hint: `lab kubectl describe pod ${name} --namespace ${namespace}`,
    });
  }
  const node = nodeNamed(cluster, pod.spec.nodeName);
  const { facts, attachments } = await stateOn(node);
  const attachment = Object.values(attachments).find(
    (one) => one.done && one.pod?.namespace === namespace && one.pod.name === name,
  );
  if (!attachment) {
    throw new LabError('not-attached', `labnet has not connected ${label} on ${node.name}`, {
      why: 'it is being started, another pod network connected it, or its ADD failed',
      hint: `lab kubectl describe pod ${name} --namespace ${namespace}`,
    });
  }
  const call = await callRecord(node, attachment.containerId, attachment.ifName);
  const { podIP } = pod.status;
  return explain({
    pod: label,
    node: node.name,
    facts,
    attachment,
    ...(call ? { call } : {}),
    known: podIP === undefined ? {} : { podIP },
  });
}

/** The same for a pod that does not exist yet, as it would be now; nothing is changed. */
export async function explainDryRun(
  cluster: Cluster,
  namespace: string,
  name: string,
  nodeName?: string,
): Promise<Explanation> {
  const node = nodeNamed(cluster, nodeName ?? (cluster.workers[0] ?? cluster.controlPlane).name);
  const state = await stateOn(node);
  const { facts } = state;
  const given = nextGiven(state, facts);
  const label = `${namespace}/${name}`;
  const containerId = createHash('sha256').update(label).digest('hex');
  const attachment = attachmentFor(
    {
      containerId,
      ifName: 'eth0',
      netns: `/run/netns/cni-${containerId.slice(0, 8)}`,
      pod: { namespace, name },
      config: { cniVersion: '1.1.0', name: 'labnet', portMappings: [] },
    },
    facts,
    given,
  );
  return explain({ pod: label, node: node.name, facts, attachment });
}
