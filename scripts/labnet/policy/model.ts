import type { ApiNamespace, ApiPeer, ApiPod, ApiPolicy, ApiPort, ApiRule } from './api.ts';
import type { Labels, Selector } from './selector.ts';

export type Protocol = 'TCP' | 'UDP' | 'SCTP';
/** In the order in which a packet meets them. */
export const directions = ['egress', 'ingress'] as const;
export type Direction = (typeof directions)[number];

export interface Namespace {
  name: string;
  labels: Labels;
}

export interface ContainerPort {
  name: string;
  protocol: Protocol;
  number: number;
}

export interface Pod {
  namespace: string;
  name: string;
  labels: Labels;
  /** IPv4 only. A pod in the host network has those of its node. */
  addresses: readonly string[];
  node: string;
  /** Those of its node. */
  nodeAddresses: readonly string[];
  hostNetwork: boolean;
  /** Its containers are gone for good, so its address may belong to another pod by now. */
  ended: boolean;
  /** The ports that have a name. */
  ports: readonly ContainerPort[];
}

/** Either an ipBlock, or one or both selectors. */
export interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: IpBlock;
}

export interface IpBlock {
  cidr: string;
  except: readonly string[];
}

export interface PolicyPort {
  protocol: Protocol;
  /** A number, the name of a container port, or absent for all ports. */
  port?: number | string;
  endPort?: number;
}

/** No peers means everybody, no ports means every port. */
export interface PolicyRule {
  peers: readonly Peer[];
  ports: readonly PolicyPort[];
}

/** A direction that is there isolates; a direction without rules lets nothing through. */
export interface Policy {
  namespace: string;
  name: string;
  podSelector: Selector;
  ingress?: readonly PolicyRule[];
  egress?: readonly PolicyRule[];
}

/** All that a verdict depends on. */
export interface World {
  namespaces: readonly Namespace[];
  pods: readonly Pod[];
  policies: readonly Policy[];
}

export function nameOf(object: { namespace: string; name: string }): string {
  return `${object.namespace}/${object.name}`;
}

function isIPv4(address: string): boolean {
  return address !== '' && !address.includes(':');
}

export function readNamespace({ metadata }: ApiNamespace): Namespace {
  const { name } = metadata;
  // The API server sets this label; objects written by hand may lack it.
  return { name, labels: { ...metadata.labels, 'kubernetes.io/metadata.name': name } };
}

/** A pod that is being deleted still talks until its last container has ended. */
function hasEnded({ metadata, status = {} }: ApiPod): boolean {
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return true;
  const containers = status.containerStatuses ?? [];
  const allTerminated = containers.every(({ state }) => state?.terminated !== undefined);
  return metadata.deletionTimestamp !== undefined && containers.length > 0 && allTerminated;
}

export function readPod(pod: ApiPod): Pod {
  const { metadata, spec, status = {} } = pod;
  const sidecars = (spec.initContainers ?? []).filter((one) => one.restartPolicy === 'Always');
  const ports = [...spec.containers, ...sidecars].flatMap((container) => container.ports ?? []);
  const podIPs = status.podIPs?.map(({ ip }) => ip) ?? [status.podIP ?? ''];
  const hostIPs = status.hostIPs?.map(({ ip }) => ip) ?? [status.hostIP ?? ''];
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    labels: metadata.labels ?? {},
    addresses: podIPs.filter(isIPv4),
    node: spec.nodeName ?? '',
    nodeAddresses: hostIPs.filter(isIPv4),
    hostNetwork: spec.hostNetwork ?? false,
    ended: hasEnded(pod),
    ports: ports.flatMap(({ name, protocol = 'TCP', containerPort }) =>
      name ? [{ name, protocol, number: containerPort }] : [],
    ),
  };
}

function readPeer({ podSelector, namespaceSelector, ipBlock }: ApiPeer): Peer {
  if (ipBlock) return { ipBlock: { cidr: ipBlock.cidr, except: ipBlock.except ?? [] } };
  return { ...(podSelector && { podSelector }), ...(namespaceSelector && { namespaceSelector }) };
}

function readPort({ protocol = 'TCP', port, endPort }: ApiPort): PolicyPort {
  return {
    protocol,
    ...(port !== undefined && { port }),
    ...(endPort !== undefined && { endPort }),
  };
}

function readRule({ from, to, ports }: ApiRule): PolicyRule {
  return { peers: (from ?? to ?? []).map(readPeer), ports: (ports ?? []).map(readPort) };
}

export function readPolicy({ metadata, spec }: ApiPolicy): Policy {
  const { podSelector = {}, ingress = [], egress = [] } = spec;
  // Without policyTypes a policy always isolates ingress, and egress only if it has rules for it.
  const types = spec.policyTypes ?? (egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    podSelector,
    ...(types.includes('Ingress') && { ingress: ingress.map(readRule) }),
    ...(types.includes('Egress') && { egress: egress.map(readRule) }),
  };
}

/** The world in these objects of the API, as in the items of `kubectl get -o json`. */
export function readWorld(objects: {
  namespaces: readonly ApiNamespace[];
  pods: readonly ApiPod[];
  policies: readonly ApiPolicy[];
}): World {
  return {
    namespaces: objects.namespaces.map(readNamespace),
    pods: objects.pods.map(readPod),
    policies: objects.policies.map(readPolicy),
  };
}
