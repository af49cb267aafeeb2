import type { Selector } from './selector.ts';

/** The fields of API objects that decide about policies; everything else may be stripped by the watcher. */
type ProtocolName = 'TCP' | 'UDP' | 'SCTP';

interface Metadata {
  name: string;
  namespace: string;
  labels?: Record<string, string>;
  deletionTimestamp?: string;
}

export interface ApiNamespace {
  metadata: Omit<Metadata, 'namespace'>;
}

interface ApiContainer {
  ports?: readonly { name?: string; protocol?: ProtocolName; containerPort: number }[];
  restartPolicy?: string;
}

export interface ApiPod {
  metadata: Metadata;
  spec: {
    nodeName?: string;
    hostNetwork?: boolean;
    containers: readonly ApiContainer[];
    initContainers?: readonly ApiContainer[];
  };
  status?: {
    phase?: string;
    podIP?: string;
    podIPs?: readonly { ip: string }[];
    hostIP?: string;
    hostIPs?: readonly { ip: string }[];
    containerStatuses?: readonly { state?: { terminated?: object } }[];
  };
}

export interface ApiPeer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: { cidr: string; except?: readonly string[] };
}

export interface ApiPort {
  protocol?: ProtocolName;
  port?: number | string;
  endPort?: number;
}

export interface ApiRule {
  from?: readonly ApiPeer[];
  to?: readonly ApiPeer[];
  ports?: readonly ApiPort[];
}

export interface ApiPolicy {
  metadata: Metadata;
  spec: {
    podSelector?: Selector;
    policyTypes?: readonly string[];
    ingress?: readonly ApiRule[];
    egress?: readonly ApiRule[];
  };
}
