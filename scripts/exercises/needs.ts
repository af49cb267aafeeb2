import type { Argv } from '../base/argv.ts';
import { LabError, usageError } from '../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { jsonPathTexts } from './json-path.ts';
import { createLive, type KubeObject, type Live } from './live.ts';
import type { ClusterNeeds, Needs } from './schema.ts';

type CniName = ClusterNeeds['cni'][number];

/** DaemonSets that tell which pod network is installed, by how their names begin. */
const agents: readonly [string, CniName][] = [
  ['kube-flannel', 'flannel'],
  ['weave', 'weave'],
  ['labnet', 'labnet'],
];

async function seenCni(live: Live): Promise<CniName> {
  const { items } = await live.get({ resource: 'daemonsets', all_namespaces: true });
  const names = items.map(({ metadata }) => metadata.name);
  return agents.find(([start]) => names.some((name) => name.startsWith(start)))?.[1] ?? 'none';
}

function readyNodes(items: KubeObject[]): string[] {
  const path = '.status.conditions[?(@.type=="Ready")].status';
  return items
    .filter((item) => jsonPathTexts(item, path).includes('True'))
    .map(({ metadata }) => metadata.name);
}

function unmet(exercise: string, why: string, hint: string): LabError {
  return usageError('needs-unmet', `${exercise} cannot start on this lab`, { why, hint });
}

/**
 * Compares what an exercise needs with the lab as it is.
 * @throws LabError `needs-unmet` with the reason and the command that helps.
 */
export async function checkNeeds(id: string, needs: Needs, cluster: Cluster): Promise<void> {
  if ('sandbox' in needs || needs.state === 'none') return;
  if (cluster.workers.length < needs.workers) {
    const why = `it needs ${needs.workers} workers, there are ${cluster.workers.length}`;
    throw unmet(id, why, `lab down && lab up --workers ${needs.workers}`);
  }
  const live = createLive(cluster, { vars: {}, answers: {}, facts: {} }, []);
  const [{ items }, cni] = await Promise.all([live.get({ resource: 'nodes' }), seenCni(live)]);
  const registered = items.map(({ metadata }) => metadata.name);
  const absent = cluster.nodes.filter(({ name }) => !registered.includes(name));
  if (absent.length > 0) {
    throw unmet(id, `not joined: ${absent.map(({ name }) => name).join(', ')}`, 'lab up');
  }
  if (!needs.cni.includes(cni)) {
    const wanted = needs.cni[0] ?? 'none';
    const found = cni === 'none' ? 'there is none' : `there is ${cni}`;
    const why = `it needs the pod network ${needs.cni.join(' or ')}, ${found}`;
    const swap = cni === 'none' ? `lab cni install ${wanted}` : 'lab cni remove';
    throw unmet(
      id,
      needs.state === 'joined' ? `it starts without a pod network, ${found}` : why,
      swap,
    );
  }
  const ready = readyNodes(items);
  if (needs.state === 'joined' && ready.length > 0) {
    const why = `it starts without a pod network, but Ready already: ${ready.join(', ')}`;
    throw unmet(id, why, 'lab cni remove');
  }
  const notReady = registered.filter((name) => !ready.includes(name));
  if (needs.state === 'cluster' && notReady.length > 0) {
    throw unmet(id, `not Ready: ${notReady.join(', ')}`, 'lab status');
  }
}

/** When PID 1 started, in ticks since the host did: field 22 of proc_pid_stat(5). */
const sinceBoot: Argv = [
  'sed',
  '-E',
  String.raw`s/^.*\) ([^ ]+ ){19}([0-9]+) .*/\2/`,
  '/proc/1/stat',
];

/**
 * Tells one cluster from the next that has the same name, and one start of a sandbox from the next, which has lost all
 * network namespaces; "" where there is neither.
 */
export async function clusterId(needs: Needs, cluster: Cluster): Promise<string> {
  if ('sandbox' in needs) return (await cluster.controlPlane.exec(sinceBoot)).stdout.trim();
  if (needs.state === 'none') return '';
  const live = createLive(cluster, { vars: {}, answers: {}, facts: {} }, []);
  const { items } = await live.get({ resource: 'namespaces', name: 'kube-system' });
  return items[0]?.metadata.uid ?? '';
}
