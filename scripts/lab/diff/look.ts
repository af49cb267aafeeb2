import type { Cluster } from '../../cluster/cluster.ts';
import { runGuest } from '../../nodes/guest/script.ts';
import type { Node } from '../../nodes/node.ts';
import { lookAtApi } from './look-api.ts';
import { withoutPodAddresses, type PodNames } from './pod-names.ts';
import type { LabState, NodeState } from './state.ts';

/** What scripts/guest/node-state.sh says, by area and item; an item that comes twice is counted. */
export function readNodeState(text: string): NodeState {
  const state: NodeState = {};
  const digests = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [area = '', item, value = '', time = ''] = line.split('\t');
    if (item === undefined) continue;
    if (area === 'digest') digests.set(item, value);
    else {
      const known = (state[area] ??= {});
      if (area === 'files') known[item] = time === '' ? value : `${value} ${time}`;
      else if (!(item in known)) known[item] = value;
      else known[`${item} (again)`] = value;
    }
  }
  const files = state.files ?? {};
  for (const [path, digest] of digests) {
    // The time of a file whose content is known says nothing.
    const value = files[path];
    if (value !== undefined)
      files[path] = `${value.replace(/ [0-9.]+$/, '')} ${digest.slice(0, 16)}`;
  }
  return state;
}

async function lookAtNode(node: Node): Promise<NodeState> {
  const { stdout } = await runGuest(node, 'node-state.sh', [], { timeout: 120_000 });
  return readNodeState(stdout);
}

async function podNames(cluster: Cluster): Promise<PodNames> {
  const { items } = await cluster.kubectl.get<{
    items: {
      metadata: { name: string; namespace: string };
      spec: { hostNetwork?: boolean };
      status: { podIP?: string };
    }[];
  }>(['pods', '--all-namespaces']);
  return new Map(
    items
      .filter(({ spec, status }) => !spec.hostNetwork && status.podIP !== undefined)
      .map(({ metadata, status }) => [
        status.podIP ?? '',
        `${metadata.namespace}/${metadata.name}`,
      ]),
  );
}

/**
 * Looks at all nodes and, where there is one, at the API; 1 to 2 s.
 * @param since Milliseconds since 1970: containers that ended and were started again before do not count.
 */
export async function lookAtLab(
  cluster: Cluster,
  api: boolean,
  since = Date.now(),
): Promise<LabState> {
  const [names, objects, ...states] = await Promise.all([
    api ? podNames(cluster) : new Map<string, string>(),
    api ? lookAtApi(cluster, since) : {},
    ...cluster.nodes.map(lookAtNode),
  ]);
  const nodes = cluster.nodes.map(({ name }, i) => {
    return [name, withoutPodAddresses(states[i] ?? {}, names)] as const;
  });
  return { version: 1, nodes: Object.fromEntries(nodes), api: objects };
}
