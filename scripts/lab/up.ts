import { cniPlugins } from '../cluster/cni/index.ts';
import {
  cniFacts,
  installCni,
  installedCnis,
  refuseImpossible,
  refuseSecond,
} from '../cluster/cni/install.ts';
import * as controlPlane from '../cluster/control-plane.ts';
import * as kubeadm from '../cluster/kubeadm.ts';
import { hasDns, waitForDns, waitForNetwork, waitForPodNetwork } from '../cluster/readiness.ts';
import { removeProbes, verifyCluster, verifyNodes } from '../cluster/verify.ts';
import { createToken, hasJoined, joinWorker } from '../cluster/workers.ts';
import type { Node } from '../nodes/node.ts';
import { ensureSupply } from '../supply/supply.ts';
import { rememberFlags } from './config.ts';
import { preflight, prepareHost } from './doctor.ts';
import type { Environment } from './environment.ts';
import { recordEnvironment } from './registry.ts';
import { shareManifests } from './share.ts';
import type { Group, Stage, Step } from './step.ts';

export const stops = ['nodes', 'init', 'join', 'cni'] as const;
export type Stop = (typeof stops)[number];

type UpStep = Step<Environment>;

const seconds = 1000;

/** Whether pods will get a network in this run: only then is CoreDNS worth waiting for. */
function withNetwork(environment: Environment, until: Stop | undefined): boolean {
  return environment.config.cni.name !== 'none' && (until === undefined || until === 'cni');
}

const host: UpStep = {
  id: 'host',
  title: 'Check the host',
  explain: () => ['lab doctor   # lists what this machine needs, and why'],
  async run({ provider, config }, report, signal) {
    await provider.preflight();
    await preflight(config);
    await refuseImpossible(config.cni.name);
    await prepareHost(report, signal);
  },
};

const supply: UpStep = {
  id: 'supply',
  title: 'Programs and images',
  explain: () => [
    'lab build   # or install containerd, kubeadm, kubelet and kubectl on every node',
  ],
  async run(environment, report) {
    const { source, releaseBase, bundle } = environment.config.supply;
    environment.supply = await ensureSupply(
      environment.engine,
      { source, releaseBase, bundle },
      report,
    );
  },
};

const network: UpStep = {
  id: 'network',
  title: 'Lab network',
  explain: ({ provider }) => provider.byHand.prepare(),
  async run(environment, report) {
    // Only now: a lab that was refused leaves nothing behind, not even what was asked for.
    await rememberFlags(environment.config.name, environment.config.flags);
    await recordEnvironment(environment.spec);
    await environment.provider.prepare(report);
    await shareManifests(environment);
  },
};

function nodeStep(name: string): UpStep {
  return {
    id: `node-${name}`,
    title: name,
    explain: ({ provider }) => provider.byHand.ensure(name),
    run: ({ provider }, report, signal) => provider.ensure(name, report, signal),
  };
}

function initStep(until: Stop | undefined): UpStep {
  return {
    id: 'init',
    title: 'kubeadm init',
    explain: ({ cluster }) => [kubeadm.initByHand(cluster.controlPlane.address, cluster.settings)],
    async skip({ cluster }) {
      return (await controlPlane.controlPlaneIsUp(cluster)) ? 'the API server answers' : undefined;
    },
    async run(environment, report, signal) {
      environment.token = kubeadm.randomToken();
      const wish = { token: environment.token, deferDns: withNetwork(environment, until) };
      await controlPlane.initControlPlane(environment.cluster, wish, report, signal);
    },
  };
}

const kubeconfig: UpStep = {
  id: 'kubeconfig',
  title: 'kubeconfig',
  explain: () => [
    'mkdir -p $HOME/.kube',
    'sudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config',
    'sudo chown $(id -u):$(id -g) $HOME/.kube/config',
    'sudo cp /etc/kubernetes/admin.conf /vagrant   # for the host',
  ],
  async skip({ cluster }) {
    return (await controlPlane.kubeconfigShared(cluster)) ? 'in place' : undefined;
  },
  run: ({ cluster }) => controlPlane.shareKubeconfig(cluster),
};

/** One token serves all workers that join at the same time. */
async function joinToken(environment: Environment): Promise<string> {
  environment.token ??= await createToken(environment.cluster);
  return environment.token;
}

function joinStep(name: string): UpStep {
  return {
    id: `join-${name}`,
    title: `kubeadm join on ${name}`,
    explain: ({ cluster }) => [
      `kubeadm token create --print-join-command   # on ${cluster.controlPlane.name}`,
      `sudo kubeadm join ${cluster.controlPlane.address}:${kubeadm.apiPort} --token TOKEN --discovery-token-ca-cert-hash sha256:HASH   # on ${name}`,
    ],
    async skip({ cluster, provider }) {
      return (await hasJoined(cluster, provider.node(name))) ? 'has joined' : undefined;
    },
    async run(environment, report, signal) {
      const token = await joinToken(environment);
      await joinWorker(environment.cluster, environment.provider.node(name), token, report, signal);
    },
  };
}

const cni: UpStep = {
  id: 'cni',
  title: 'Pod network',
  explain: ({ cluster, config }) => cniPlugins[config.cni.name].explain(cniFacts(cluster)),
  async skip({ cluster, config }) {
    const installed = await installedCnis(cluster);
    return installed.includes(config.cni.name) ? `${config.cni.name} is installed` : undefined;
  },
  async run({ cluster, config }, report) {
    await refuseSecond(cluster, config.cni.name);
    await installCni(cluster, config.cni.name, report);
  },
};

const ready: UpStep = {
  id: 'ready',
  title: 'Nodes Ready',
  explain: () => ['kubectl get nodes --watch'],
  async run({ cluster, config }, _report, signal) {
    const limit = { timeout: 180 * seconds, signal };
    await waitForNetwork(cluster, cniPlugins[config.cni.name], limit);
  },
};

/** Waits until pods get addresses on these nodes. */
function served(
  { config }: Environment,
  nodes: readonly Node[],
  signal: AbortSignal,
): Promise<void> {
  const limit = { timeout: 180 * seconds, signal };
  return waitForPodNetwork(nodes, cniPlugins[config.cni.name], limit);
}

/** Installs CoreDNS, where init has left it for later, once its pods can start. */
function dnsStep(network: boolean): UpStep {
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
      if (network) await served(environment, cluster.nodes, signal);
      await cluster.controlPlane.exec([...kubeadm.installDns, '--config', kubeadm.configPath]);
    },
  };
}

const verify: UpStep = {
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
  async run(environment, report, signal) {
    const { cluster } = environment;
    const after = {
      network: (node: Node) => served(environment, [node], signal),
      dns: () => waitForDns(cluster, { timeout: 180 * seconds, signal }),
    };
    await verifyCluster(cluster, after, report, signal);
    await removeProbes(cluster, signal);
  },
};

/** The story of `lab up`, from nothing to "done means done", or as far as was asked for. */
export function upStages(environment: Environment, until?: Stop): Stage<Environment>[] {
  const { nodes } = environment.spec;
  const workers = nodes.filter(({ role }) => role === 'worker');
  const joins = workers.map(({ name }) => joinStep(name));
  const nodesUp: Group<Environment> = {
    id: 'nodes',
    title: 'Nodes',
    together: nodes.map(({ name }) => nodeStep(name)),
  };
  const stages: Stage<Environment>[] = [host, supply, network, nodesUp];
  if (until === 'nodes') return stages;
  stages.push(initStep(until));
  if (until === 'init') return [...stages, kubeconfig, dnsStep(false)];
  if (!withNetwork(environment, until)) {
    return [
      ...stages,
      { id: 'join', title: 'Workers', together: [...joins, kubeconfig] },
      dnsStep(false),
    ];
  }
  const joining = [...joins, cni, kubeconfig];
  stages.push({ id: 'join', title: 'Workers and pod network', together: joining });
  const last = [ready, dnsStep(true), ...(until === 'cni' ? [] : [verify])];
  return [...stages, { id: 'done', title: 'Done means done', together: last }];
}
