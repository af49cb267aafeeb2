import type { Node } from '../nodes/node.ts';
import type { Api } from './api.ts';
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

export interface CniSettings {
  name: 'flannel' | 'weave' | 'none';
  flannel: {
    /** The NIC whose address peers are told: the lab network's, the default route's, or by name. */
    iface: string;
    backend: 'vxlan' | 'host-gw';
  };
  weave: { range: string };
}
