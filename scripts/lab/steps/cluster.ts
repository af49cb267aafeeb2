import { cniPlugins } from '../../cluster/cni/index.ts';
import { cniFacts, installCni, installedCnis, refuseSecond } from '../../cluster/cni/install.ts';
import * as controlPlane from '../../cluster/control-plane.ts';
import { LabError } from '../../base/errors.ts';
import * as kubeadm from '../../cluster/kubeadm.ts';
import { createToken, hasJoined, joinWorker } from '../../cluster/workers.ts';
import type { Environment } from '../environment.ts';
import { kubeconfigInPlace, putKubeconfig } from '../kubeconfig.ts';
import type { Step } from '../step.ts';

type LabStep = Step<Environment>;

/** @param network Whether pods get a network in this run: CoreDNS is left for later then. */
export function initStep(network: boolean): LabStep {
  return {
    id: 'init',
    title: 'kubeadm init',
    explain: ({ cluster }) => [kubeadm.initByHand(cluster.controlPlane.address, cluster.settings)],
    async skip({ cluster }) {
      return (await controlPlane.controlPlaneIsUp(cluster)) ? 'the API server answers' : undefined;
    },
    async run(environment, report, signal) {
      environment.token = kubeadm.randomToken();
      const wish = { token: environment.token, deferDns: network };
      await controlPlane.initControlPlane(environment.cluster, wish, report, signal);
    },
  };
}

export const kubeconfig: LabStep = {
  id: 'kubeconfig',
  title: 'kubeconfig',
  explain: () => [
    'mkdir -p $HOME/.kube',
    'sudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config',
    'sudo chown $(id -u):$(id -g) $HOME/.kube/config',
    'sudo cp /etc/kubernetes/admin.conf /vagrant   # for the host',
  ],
  async skip(environment) {
    const made = await controlPlane.initialised(environment.cluster);
    if (!made) return 'kubeadm init has not been run';
    return (await kubeconfigInPlace(environment)) ? 'in place' : undefined;
  },
  run: putKubeconfig,
};

/** One token serves all workers that join at the same time. */
async function joinToken(environment: Environment): Promise<string> {
  environment.token ??= await createToken(environment.cluster);
  return environment.token;
}

export function joinStep(name: string): LabStep {
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

export const cni: LabStep = {
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

/** After a start of the nodes: the control plane comes back by itself, where there was one. */
export const apiStep: LabStep = {
  id: 'api',
  title: 'API server',
  explain: () => ['kubectl get --raw /readyz'],
  async skip({ cluster }) {
    const made = await controlPlane.initialised(cluster);
    return made ? undefined : 'kubeadm init has not been run';
  },
  async run({ cluster }, _report, signal) {
    if (await controlPlane.waitForApi(cluster, signal)) return;
    throw new LabError('api-down', 'The API server does not answer a minute after the start', {
      why: 'etcd or the API server does not start',
      hint: 'lab logs --out DIR, or go back: lab reset',
    });
  },
};
