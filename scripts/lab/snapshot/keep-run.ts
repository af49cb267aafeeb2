import { cniPlugins } from '../../cluster/cni/index.ts';
import type { CniName } from '../../cluster/cni/names.ts';
import type { CniPlugin } from '../../cluster/cni/plugin.ts';
import type { Cluster } from '../../cluster/cluster.ts';

/** The node's boot script puts back into /run, once, what lies here. */
const kept = '/var/lib/lab/run';
const keepScript = `
set -e
serves=$0
rm -rf ${kept}
[ -e "$serves" ] || exit 0
mkdir -p "${kept}$(dirname "\${serves#/run}")"
cp -a "$serves" "${kept}\${serves#/run}"`;

interface DaemonSet {
  status: { desiredNumberScheduled: number; numberReady: number };
}

async function agentsReady(cluster: Cluster, { agent }: CniPlugin): Promise<boolean> {
  if (!agent) return false;
  const words = ['daemonset', agent.daemonSet, '--namespace', agent.namespace];
  const { status } = await cluster.kubectl.get<DaemonSet>(words);
  return status.numberReady === status.desiredNumberScheduled;
}

/**
 * Lets pods get their addresses right after a start. The pod network's configuration is on the disk, but what says that
 * its agent serves is in /run: a pod that starts before the agent would fail once and wait ten seconds. Where agents do
 * not run, everything is left as it is.
 */
export async function keepRun(cluster: Cluster, cni: CniName): Promise<void> {
  const plugin: CniPlugin = cniPlugins[cni];
  const { servesWhen } = plugin;
  if (servesWhen === undefined || !(await agentsReady(cluster, plugin))) return;
  const argv = ['sh', '-c', keepScript, servesWhen];
  await Promise.all(cluster.nodes.map((node) => node.exec(argv)));
}

/** Only the copy is to have it: on a node that runs on, it would be out of date one day. */
export async function forgetRun(cluster: Cluster): Promise<void> {
  await Promise.all(cluster.nodes.map((node) => node.exec(['rm', '-rf', kept])));
}
