import { LabError } from '../base/errors.ts';
import { until } from '../base/until.ts';
import { cniPlugins } from '../cluster/cni/index.ts';
import { cniNames, type CniName } from '../cluster/cni/names.ts';
import { cniFacts, installCni, refuseSecond } from '../cluster/cni/install.ts';
import { letPodsOn } from '../cluster/cni/keep-off.ts';
import type { CniPlugin } from '../cluster/cni/plugin.ts';
import { removeCni, type Removal } from '../cluster/cni/remove.ts';
import { cniStatus } from '../cluster/cni/status.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { apiAnswers, hasDns, waitForDns, waitForNetwork } from '../cluster/readiness.ts';
import type { Environment } from './environment.ts';
import type { Stage } from './step.ts';

const seconds = 1000;

/** @throws LabError `api-down`, before a step fails with a text that says less. */
export async function requireApi(cluster: Cluster): Promise<void> {
  if (await apiAnswers(cluster)) return;
  throw new LabError('api-down', 'The API server does not answer', {
    why: `kubeadm init has not been run on ${cluster.controlPlane.name}, or what it started has stopped`,
    hint: 'lab up   (completes what is missing)',
  });
}

interface DaemonSet {
  metadata: { generation: number };
  status: {
    observedGeneration?: number;
    desiredNumberScheduled: number;
    updatedNumberScheduled?: number;
    numberReady: number;
  };
}

/** Also waits until agents of an earlier manifest have been replaced. */
async function waitForAgents(
  cluster: Cluster,
  { agent }: CniPlugin,
  signal: AbortSignal,
): Promise<void> {
  if (!agent) return;
  const words = ['daemonset', agent.daemonSet, '--namespace', agent.namespace];
  await until(
    async () => {
      const { metadata, status } = await cluster.kubectl.get<DaemonSet>(words, { signal });
      const { desiredNumberScheduled: wanted, updatedNumberScheduled: updated = 0 } = status;
      const current = status.observedGeneration === metadata.generation;
      if (current && wanted > 0 && updated === wanted && status.numberReady === wanted) {
        return { done: true, value: undefined };
      }
      return { done: false, state: `${status.numberReady} of ${wanted} agents are ready` };
    },
    {
      describe: `the agents of ${agent.daemonSet}`,
      timeout: 180 * seconds,
      slowness: cluster.controlPlane.slowness,
      interval: 500,
      hint: 'lab cni status',
      signal,
    },
  );
}

/** The steps of `lab cni install`: done when nodes and CoreDNS are Ready, as with `lab up`. */
export function installStages(name: CniName): Stage<Environment>[] {
  const plugin: CniPlugin = cniPlugins[name];
  return [
    {
      id: 'cni',
      title: `Install ${plugin.title}`,
      explain: ({ cluster }) => plugin.explain(cniFacts(cluster)),
      async run({ cluster }, report) {
        await requireApi(cluster);
        await refuseSecond(cluster, name);
        await installCni(cluster, name, report);
      },
    },
    {
      id: 'agents',
      title: 'Its agents',
      explain: () => {
        const { agent } = plugin;
        return agent
          ? [`kubectl rollout status daemonset ${agent.daemonSet} --namespace ${agent.namespace}`]
          : [];
      },
      run: ({ cluster }, _report, signal) => waitForAgents(cluster, plugin, signal),
    },
    {
      id: 'ready',
      title: 'Nodes Ready',
      explain: () => ['kubectl get nodes --watch'],
      run: ({ cluster }, _report, signal) =>
        waitForNetwork(cluster, plugin, { timeout: 120 * seconds, signal }),
    },
    {
      id: 'dns',
      title: 'Cluster DNS',
      explain: () => ['kubectl rollout status deployment coredns --namespace kube-system'],
      skip: async ({ cluster }) =>
        (await hasDns(cluster)) ? undefined : 'CoreDNS is not installed',
      run: ({ cluster }, _report, signal) =>
        waitForDns(cluster, { timeout: 120 * seconds, signal }),
    },
  ];
}

/** What a person would type; the rest of the devices and rules is for each node. */
function removeByHand({ traces }: CniPlugin): string[] {
  return [
    'kubectl delete pods --all --all-namespaces   # those on the pod network, while it can be taken down',
    'kubectl delete -f MANIFEST',
    ...traces.links.map((link) => `sudo ip link delete ${link}   # on every node`),
    ...traces.paths.map((path) => `sudo rm -r ${path}   # on every node`),
    ...traces.chains.map(
      (prefix) => `sudo iptables-save | grep ${prefix}   # then -D, -F, -X each`,
    ),
  ];
}

/** What the steps of `lab cni remove` share. */
export interface RemoveJob {
  environment: Environment;
  /** What was found, on nodes or in the API. */
  names: CniName[];
  removal: Removal;
}

/** What is installed, and what an unfinished removal has left on nodes. */
async function present({ cluster, provider }: Environment): Promise<CniName[]> {
  const states = [...(await provider.states())];
  const running = states.filter(([, state]) => state === 'running').map(([name]) => name);
  const { installed = [], nodes } = await cniStatus(cluster, new Set(running));
  const left = new Set(nodes.flatMap(({ leftovers = [] }) => leftovers.map(({ cni }) => cni)));
  return cniNames.filter((name) => installed.includes(name) || left.has(name));
}

/** The steps of `lab cni remove`: what is installed, and what an earlier removal has left. */
export const removeStages: readonly Stage<RemoveJob>[] = [
  {
    id: 'look',
    title: 'Look for pod networks',
    explain: () => [
      'kubectl get daemonsets --all-namespaces',
      'ls /etc/cni/net.d   # on every node',
    ],
    async run(job) {
      const { cluster } = job.environment;
      await requireApi(cluster);
      job.names = await present(job.environment);
      // A killed removal may have left this; where a network is found, its removal ends with it.
      if (job.names.length === 0) await letPodsOn(cluster);
    },
  },
  {
    id: 'remove',
    title: 'Remove them from every node',
    explain: ({ names }) => names.flatMap((name) => removeByHand(cniPlugins[name])),
    skip: ({ names }) => Promise.resolve(names.length === 0 ? 'there is none' : undefined),
    async run(job, report, signal) {
      for (const name of job.names) {
        const { bare, waiting } = await removeCni(
          job.environment.cluster,
          name,
          (text) => report(`${name}: ${text}`),
          signal,
        );
        job.removal = { bare: [...job.removal.bare, ...bare], waiting };
      }
    },
  },
];
