import { randomBytes } from 'node:crypto';
import type { Argv } from '../base/argv.ts';
import type { ClusterSettings } from './cluster.ts';

const criSocket = 'unix:///run/containerd/containerd.sock';
const api = 'kubeadm.k8s.io/v1beta4';

/** Where the configuration of init and join is put on a node. */
export const configPath = '/etc/kubernetes/lab-kubeadm.yaml';
/** CA and address of the API server, for joining nodes. */
export const discoveryPath = '/etc/kubernetes/lab-discovery.conf';
const patchesPath = '/etc/kubernetes/lab-patches';
/** kubeadm takes the target and the kind of a patch from its file's name. */
const patchPath = (target: string): string => `${patchesPath}/${target}+strategic.yaml`;
export const dnsPatchPath = patchPath('corednsdeployment');
/** Long enough for the slowest `lab up`, short enough that a forgotten one is of no use. */
export const tokenTtl = '2h0m0s';

export const apiPort = 6443;

/** A bootstrap token, [a-z0-9]{6}.[a-z0-9]{16}, from 88 random bits. */
export function randomToken(): string {
  const hex = randomBytes(11).toString('hex');
  return `${hex.slice(0, 6)}.${hex.slice(6)}`;
}

export interface InitOptions {
  /** Address of the control plane on the lab network. */
  address: string;
  token: string;
  settings: ClusterSettings;
  /** Install CoreDNS later, when pods can start: its sandboxes would fail once and back off for 13 s. */
  deferDns: boolean;
  /** Of the node; see there. */
  slowness: number;
}

/**
 * Every controller gets a service account and a token of its own at the start, some hundred calls. At the default
 * of 20 a second that takes 4 s, in which no kubelet gets its certificate and no endpoints are written.
 */
const quickStart = [
  { name: 'kube-api-qps', value: '200' },
  { name: 'kube-api-burst', value: '400' },
];

/** kubeadm's own deadlines, where its defaults are for machines that are not so slow. */
function patience(slowness: number): object {
  if (slowness === 1) return {};
  const seconds = (normal: number): string => `${normal * slowness}s`;
  return {
    timeouts: {
      controlPlaneComponentHealthCheck: seconds(240),
      kubeletHealthCheck: seconds(240),
      kubernetesAPICall: seconds(60),
      etcdAPICall: seconds(120),
      discovery: seconds(300),
      tlsBootstrap: seconds(300),
    },
  };
}

/**
 * After a restart etcd waits for a leader to be heard of before it makes itself one, a second by default. There is only one
 * member, so there is nobody to wait for. The values are etcd's least: ten milliseconds, and five of them; on an emulated processor
 * that many heartbeats would be work.
 */
function quickElection(slowness: number): object[] {
  return [
    { name: 'heartbeat-interval', value: String(10 * slowness) },
    { name: 'election-timeout', value: String(50 * slowness) },
  ];
}

/**
 * The configuration of `kubeadm init` as objects (v1beta4). Only one control plane ever runs, so nothing is
 * elected, and the signature of cluster-info comes seconds earlier. ECDSA keys are made in no time; RSA ones take
 * a second or two of two cores. Per-node settings are in the node image (kubelet.conf.d).
 */
export function initConfiguration(options: InitOptions): object[] {
  const { address, token, settings, deferDns, slowness } = options;
  const alone = { name: 'leader-elect', value: 'false' };
  return [
    {
      apiVersion: api,
      kind: 'InitConfiguration',
      bootstrapTokens: [{ token, ttl: tokenTtl, description: 'lab up' }],
      localAPIEndpoint: { advertiseAddress: address, bindPort: apiPort },
      nodeRegistration: { criSocket, imagePullPolicy: 'IfNotPresent' },
      skipPhases: ['preflight', ...(deferDns ? ['addon/coredns'] : [])],
      patches: { directory: patchesPath },
      ...patience(slowness),
    },
    {
      apiVersion: api,
      kind: 'ClusterConfiguration',
      kubernetesVersion: `v${settings.kubernetesVersion}`,
      encryptionAlgorithm: 'ECDSA-P256',
      networking: {
        podSubnet: settings.podSubnet,
        serviceSubnet: settings.serviceSubnet,
        dnsDomain: settings.dnsDomain,
      },
      etcd: { local: { extraArgs: quickElection(slowness) } },
      controllerManager: { extraArgs: [alone, ...quickStart] },
      scheduler: { extraArgs: [alone] },
    },
    {
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      mode: 'iptables',
      // nf_conntrack_max belongs to the host: a container may not set it.
      conntrack: { maxPerCore: 0 },
    },
  ];
}

/**
 * What is changed of CoreDNS. It runs on the control plane, where it comes to rest on any cluster whose workers join after
 * the pod network is there; elsewhere its first packets after a restart get lost, because the agent of the pod network is
 * not back yet. It asks the API server at its own address: at 10.96.0.1 nobody answers before
 * kube-proxy has run on the node, and a first packet that is lost there costs CoreDNS 5 to 30 s. And whether it is
 * ready is looked at every second; by default the second look comes after 10 s.
 */
export function dnsPatch(address: string, slowness: number): object {
  return {
    spec: {
      template: {
        spec: {
          nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
          containers: [
            {
              name: 'coredns',
              env: [
                { name: 'KUBERNETES_SERVICE_HOST', value: address },
                { name: 'KUBERNETES_SERVICE_PORT', value: String(apiPort) },
              ],
              readinessProbe: { periodSeconds: slowness },
            },
          ],
        },
      },
    },
  };
}

const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/**
 * What is changed of the control plane on slow machines: path -> patch. A kubelet ends what does not answer for 15 s, eight
 * times; started again, it is slower still.
 */
export function componentPatches(slowness: number): Map<string, object> {
  if (slowness === 1) return new Map();
  const livenessProbe = { timeoutSeconds: 15 * slowness, periodSeconds: 10 * slowness };
  // Asked every second by default; the others have none.
  const readinessProbe = { periodSeconds: slowness };
  const patch = (name: string): object => ({
    ...(name === 'kube-apiserver' ? { readinessProbe } : {}),
    ...{ name, livenessProbe },
  });
  return new Map(
    components.map((name) => [patchPath(name), { spec: { containers: [patch(name)] } }]),
  );
}

/**
 * The configuration of `kubeadm join`. Discovery by file needs no signed cluster-info, for which a join right
 * after init waits about 5 s; the file came over ssh with pinned host keys.
 */
export function joinConfiguration(token: string, slowness: number): object[] {
  return [
    {
      apiVersion: api,
      kind: 'JoinConfiguration',
      discovery: { file: { kubeConfigPath: discoveryPath }, tlsBootstrapToken: token },
      nodeRegistration: { criSocket, imagePullPolicy: 'IfNotPresent' },
      skipPhases: ['preflight'],
      ...patience(slowness),
    },
  ];
}

export const kubeadmInit: Argv = ['kubeadm', 'init', '--config', configPath];
export const kubeadmJoin: Argv = ['kubeadm', 'join', '--config', configPath];
export const kubeadmReset: Argv = ['kubeadm', 'reset', '--force', '--cleanup-tmp-dir'];
export const installDns: Argv = ['kubeadm', 'init', 'phase', 'addon', 'coredns'];

export function createToken(token: string): Argv {
  return ['kubeadm', 'token', 'create', token, '--ttl', tokenTtl, '--description', 'lab up'];
}

/** What a person types on the control plane, as the course has it. */
export function initByHand(address: string, settings: ClusterSettings): string {
  return `sudo kubeadm init --apiserver-advertise-address ${address} --pod-network-cidr ${settings.podSubnet}`;
}
