import type { Argv } from '../../base/argv.ts';
import type { Node } from '../../nodes/node.ts';
import type { ClusterSettings } from '../cluster.ts';
import type { CniPlugin } from './plugin.ts';

export const configFolder = '/etc/cni/net.d';
/** What containerd takes for a configuration, by the end of its name. */
const configEnds = ['.conf', '.conflist', '.json'];

/** Stands in for a configuration that is gone; see `evict-pods.ts`. */
export const teardownConfig = `${configFolder}/99-lab-teardown.conflist`;

/** Chains of the portmap plugin, which every pod network here puts behind its own. */
const sharedChains = ['CNI-'];
const cniState = '/var/lib/cni';
const runningTasks = '/run/containerd/io.containerd.runtime.v2.task/k8s.io';

/** Arguments of guest/cni-remove.sh for one pod network. */
export function removalArguments(plugin: CniPlugin, settings: ClusterSettings): Argv {
  const { links, paths, chains, tables = [], protocols = [], aliases = [] } = plugin.traces;
  const pairs: [kind: string, value: string][] = [
    ...[...chains, ...sharedChains].map((prefix): [string, string] => ['chain', prefix]),
    ...tables.map((table): [string, string] => ['table', table]),
    ...aliases.map((prefix): [string, string] => ['alias', prefix]),
    ...links.map((name): [string, string] => ['link', name]),
    ...protocols.map((number): [string, string] => ['protocol', number]),
    ['route', plugin.podRange?.(settings) ?? settings.podSubnet],
    ...[...paths, teardownConfig].map((path): [string, string] => ['path', path]),
    ['empty', `${cniState}/networks`],
    ['tasks', runningTasks],
    ['results', `${cniState}/results`],
  ];
  return pairs.flat();
}

/** The configurations that containerd finds on a node, in its order; it uses the first. */
export async function configFiles(node: Node, signal?: AbortSignal): Promise<string[]> {
  const argv = ['find', configFolder, '-maxdepth', '1', '-type', 'f', '-printf', '%f\\n'];
  const { stdout } = await node.exec(argv, {
    allowFailure: true,
    timeout: 10_000,
    ...(signal ? { signal } : {}),
  });
  const files = stdout.split('\n').filter((name) => configEnds.some((end) => name.endsWith(end)));
  return files.sort();
}
