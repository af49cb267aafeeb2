import { cniPlugins } from '../../cluster/cni/index.ts';
import { presentCni } from '../../cluster/cni/install.ts';
import type { CniPlugin } from '../../cluster/cni/plugin.ts';
import { initialised } from '../../cluster/control-plane.ts';
import * as kubeadm from '../../cluster/kubeadm.ts';
import {
  hasDns,
  waitForControllers,
  waitForDns,
  waitForNetwork,
  waitForPodNetwork,
  waitForServices,
} from '../../cluster/readiness.ts';
import { removeProbes, verifyCluster, verifyNodes } from '../../cluster/verify.ts';
import type { Node } from '../../nodes/node.ts';
import type { Environment } from '../environment.ts';
import type { Step } from '../step.ts';

type LabStep = Step<Environment>;

const seconds = 1000;

/** The pod network that is installed, whatever lab.yaml names. */
async function networkOf({ cluster }: Environment): Promise<CniPlugin> {
  return cniPlugins[await presentCni(cluster)];
}

async function withoutNetwork({ cluster }: Environment): Promise<string | undefined> {
  if (!(await initialised(cluster))) return 'kubeadm init has not been run';
  return (await presentCni(cluster)) === 'none' ? 'there is no pod network' : undefined;
}

export const ready: LabStep = {
  id: 'ready',
  title: 'Nodes Ready',
  explain: () => ['kubectl get nodes --watch'],
  skip: withoutNetwork,
  async run(environment, _report, signal) {
    const { cluster, nodesStarted: since, started } = environment;
    const limit = { timeout: 180 * seconds, signal };
    await Promise.all([
      waitForNetwork(cluster, await networkOf(environment), { ...limit, since }),
      waitForServices(cluster, started, limit),
      waitForControllers(cluster, { ...limit, timeout: 60 * seconds }),
    ]);
  },
};

/** Waits until pods get addresses on these nodes. */
async function served(
  environment: Environment,
  nodes: readonly Node[],
  signal: AbortSignal,
): Promise<void> {
  const limit = { timeout: 180 * seconds, signal };
  return waitForPodNetwork(nodes, await networkOf(environment), limit);
}

/** Installs CoreDNS, where init has left it for later, once its pods can start. */
export function dnsStep(network: boolean): LabStep {
  return {
    id: 'dns',
    title: 'Cluster DNS',
    explain: () => [
      '# kubeadm init has installed CoreDNS; its pods start once there is a pod network',
    ],
    async skip({ cluster }) {
      return (await hasDns(cluster)) ? 'CoreDNS is installed' : undefined;
    },
    run: async (environment, _report, signal) => {
      const { cluster } = environment;
      // As after `kubeadm init` and a pod network, before any worker has joined: CoreDNS starts on the control plane.
      if (network) await served(environment, [cluster.controlPlane], signal);
      await cluster.controlPlane.exec([...kubeadm.installDns, '--config', kubeadm.configPath]);
    },
  };
}

export const verify: LabStep = {
  id: 'verify',
  title: 'Pods reach each other, names resolve',
  explain: ({ cluster }) => {
    const [first, second] = verifyNodes(cluster);
    return [
      'kubectl --namespace kube-system rollout status deployment coredns',
      `# start a pod on ${first?.name} and one on ${second?.name ?? first?.name}, then:`,
      'kubectl exec POD1 -- ping -c 1 ADDRESS_OF_POD2',
      `kubectl exec POD1 -- nslookup kubernetes.default.svc.${cluster.settings.dnsDomain}`,
    ];
  },
  skip: withoutNetwork,
  async run(environment, report, signal) {
    const { cluster } = environment;
    // The cluster's DNS runs on the control plane.
    const since = environment.started.get(cluster.controlPlane.name);
    const after = {
      network: (node: Node) => served(environment, [node], signal),
      dns: () => waitForDns(cluster, { timeout: 180 * seconds, signal, since }),
    };
    await verifyCluster(cluster, after, report, signal);
    await removeProbes(cluster, signal);
  },
};
