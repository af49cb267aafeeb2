import { LabError, messageOf } from '../../base/errors.ts';
import { until } from '../../base/until.ts';
import type { Node } from '../../nodes/node.ts';
import type { Report } from '../../nodes/provider.ts';
import type { Cluster } from '../cluster.ts';
import { runGuest } from '../../nodes/guest/script.ts';
import { printManifest } from '../objects.ts';
import { apiAnswers, apiNodes, readyCondition } from '../readiness.ts';
import { deletions, evictPods, podName, podsOnNetwork, type NetworkPod } from './evict-pods.ts';
import { cniPlugins } from './index.ts';
import type { CniName } from './names.ts';
import { cniFacts } from './install.ts';
import { waitForNamespacesGone } from './namespaces.ts';
import { keepPodsOff, letPodsOn } from './keep-off.ts';
import type { CniPlugin } from './plugin.ts';
import { configFiles, removalArguments } from './traces.ts';

const quick = 20_000;

export interface Removal {
  /** Pods that nobody makes again, as namespace/name. */
  bare: string[];
  /** Pods that came back before the network was gone: they wait for the next one. */
  waiting: string[];
}

/** All that can be said of an error in a few lines. */
function inFull(error: unknown): string {
  if (!(error instanceof LabError)) return messageOf(error);
  return [error.message, error.why, error.details].filter(Boolean).join('; ');
}

/** Goes on after a failure and keeps what went wrong: half a removal is worse than one with a gap. */
function bestEffort(signal: AbortSignal) {
  const problems: string[] = [];
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      problems.push(`${what}: ${inFull(error)}`);
      return undefined;
    }
  };
  return { problems, attempt };
}

async function answers(node: Node, signal: AbortSignal): Promise<boolean> {
  const tried = node.exec(['true'], { timeout: 10_000, signal }).then(
    () => true,
    () => false,
  );
  const answer = await tried;
  signal.throwIfAborted();
  return answer;
}

/** The agent first: as long as it runs it writes everything anew. */
async function endAgents(
  cluster: Cluster,
  { agent }: CniPlugin,
  alive: readonly Node[],
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  if (!agent) return;
  const scope = ['--namespace', agent.namespace];
  const options = { signal, timeout: quick };
  const set = ['delete', 'daemonset', agent.daemonSet, ...scope];
  await cluster.kubectl.run([...set, '--ignore-not-found', '--wait=false'], options);
  const own = async (): Promise<NetworkPod[]> => {
    const { items } = await cluster.kubectl.get<{ items: NetworkPod[] }>(
      ['pods', ...scope],
      options,
    );
    return items.filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ name }) => name === agent.daemonSet),
    );
  };
  const answering = new Set(alive.map(({ name }) => name));
  // Nobody would ever confirm the end of these, and their namespace would wait for it.
  const lost = (await own()).filter(({ spec }) => !answering.has(spec.nodeName ?? ''));
  const dead = new Set(lost.map(({ spec }) => spec.nodeName ?? ''));
  await Promise.all(deletions(lost, dead).map((argv) => cluster.kubectl.run(argv, options)));
  await until(
    async () => {
      const left = await own();
      if (left.length === 0) return { done: true, value: undefined };
      report(`${left.length} agents are ending`);
      return { done: false, state: left.map(podName).join(', ') };
    },
    {
      describe: `the end of the agents of ${agent.daemonSet}`,
      timeout: 60_000,
      slowness: cluster.controlPlane.slowness,
      interval: 400,
      signal,
    },
  );
}

/** The other objects; a namespace takes a moment, and until it is gone nothing can be installed into it. */
async function removeObjects(
  cluster: Cluster,
  plugin: CniPlugin,
  signal: AbortSignal,
): Promise<void> {
  const options = { signal, timeout: quick };
  const objects = await plugin.objects(cniFacts(cluster));
  if (objects.length > 0) await cluster.kubectl.remove(printManifest(objects), options);
  if (plugin.agent && plugin.madeByAgent) {
    const words = ['delete', ...plugin.madeByAgent, '--namespace', plugin.agent.namespace];
    await cluster.kubectl.run([...words, '--ignore-not-found', '--wait=false'], options);
  }
  await waitForNamespacesGone(cluster, objects, signal);
}

/** kubelets tell it with their next status, up to 10 s later; pods let on earlier would be bound and hang. */
async function waitForNotReady(
  cluster: Cluster,
  alive: readonly Node[],
  signal: AbortSignal,
): Promise<void> {
  const files = await Promise.all(alive.map((node) => configFiles(node, signal)));
  const without = new Set(alive.filter((_, i) => files[i]?.length === 0).map(({ name }) => name));
  await until(
    async () => {
      const ready = (await apiNodes(cluster)).filter(
        (node) => without.has(node.metadata.name) && readyCondition(node).ready,
      );
      if (ready.length === 0) return { done: true, value: undefined };
      return { done: false, state: ready.map(({ metadata }) => metadata.name).join(', ') };
    },
    {
      describe: 'all nodes NotReady',
      timeout: 40_000,
      slowness: cluster.controlPlane.slowness,
      interval: 500,
      signal,
    },
  );
}

/**
 * Takes a pod network away from the cluster and from every node that answers. Nodes are NotReady afterwards, as before
 * any pod network was there; pods with a controller wait Pending. Goes on where a part fails. Safe to repeat.
 * @throws LabError `api-down` before anything is changed, or `cni-remove-incomplete` naming all that stays.
 */
export async function removeCni(
  cluster: Cluster,
  name: CniName,
  report: Report,
  signal: AbortSignal,
): Promise<Removal> {
  const plugin: CniPlugin = cniPlugins[name];
  if (!(await apiAnswers(cluster))) {
    throw new LabError('api-down', 'The API server does not answer; nothing was changed', {
      why: 'pods and agents can only be ended through it',
      hint: 'lab up   (starts what has stopped), then: lab cni remove',
    });
  }
  const { problems, attempt } = bestEffort(signal);
  report('asking every node');
  const asked = cluster.nodes.map(async (node) => ({ node, up: await answers(node, signal) }));
  const nodes = await Promise.all(asked);
  const alive = nodes.filter(({ up }) => up).map(({ node }) => node);
  for (const { node } of nodes.filter(({ up }) => !up)) {
    problems.push(`${node.name}: does not answer, and keeps its devices, files and rules`);
  }

  const args = removalArguments(plugin, cluster.settings);
  const clean = (node: Node): Promise<unknown> => runGuest(node, 'cni-remove.sh', args, { signal });
  await attempt('keeping pods off', () => keepPodsOff(cluster, { signal, timeout: quick }));
  try {
    const evicted = await attempt('pods', () => evictPods(cluster, alive, report, signal));
    report('ending the agents');
    await attempt('agents', () => endAgents(cluster, plugin, alive, report, signal));
    report('removing objects, and devices, files and rules on every node');
    await Promise.all([
      attempt('objects', () => removeObjects(cluster, plugin, signal)),
      Promise.allSettled(alive.map(clean)).then(() =>
        attempt('nodes', () => waitForNotReady(cluster, alive, signal)),
      ),
    ]);
    // Once more, and this one counts: a kubelet that was about to start an agent may have made its directories after
    // the first. Now that the objects are gone, none is.
    await Promise.all(alive.map((node) => attempt(node.name, () => clean(node))));
    const waiting = await attempt('pods', () => podsOnNetwork(cluster, signal));
    if (problems.length > 0) {
      throw new LabError('cni-remove-incomplete', `${plugin.title} is not removed completely`, {
        details: problems.join('\n'),
        hint: 'lab cni remove   goes on; lab cni status   shows what is left',
      });
    }
    return { bare: evicted ?? [], waiting: waiting?.map(podName) ?? [] };
  } finally {
    // Also after Ctrl-C: otherwise nothing could start on this cluster any more.
    await letPodsOn(cluster, { timeout: quick }).catch(() => undefined);
  }
}
