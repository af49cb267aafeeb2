import type { Node } from '../nodes/node.ts';
import type { Api } from './api.ts';
import type { CniName } from './cni/names.ts';
import type { Kubectl } from './kubectl.ts';

/** A running environment as the layers above the nodes see it. */
export interface Cluster {
  /** The environment's name. */
  name: string;
  nodes: readonly Node[];
  controlPlane: Node;
  workers: readonly Node[];
  api: Api;
  kubectl: Kubectl;
  settings: ClusterSettings;
}

/** What kubeadm and the CNI are told. */
export interface ClusterSettings {
  /** Without a leading v, as in 1.36.3. */
  kubernetesVersion: string;
  podSubnet: string;
  serviceSubnet: string;
  dnsDomain: string;
  cni: CniSettings;
}

/** The chosen pod network, and the options of each under its name; whose they are knows their form. */
export interface CniSettings {
  readonly name: CniName;
  readonly [options: string]: unknown;
}
