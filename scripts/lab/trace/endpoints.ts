import { LabError, usageError } from '../../base/errors.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { podNetnsFunctions } from '../../cluster/pod-netns.ts';
import type { Named } from '../name.ts';
import { requireNamed } from '../named.ts';
import type { End } from './place.ts';

export interface ApiPort {
  /** A container's. */
  containerPort?: number;
  /** A service's. */
  port?: number;
  protocol?: string;
}

export interface ApiPod {
  metadata: { name: string; namespace: string; uid: string };
  spec: { nodeName?: string; hostNetwork?: boolean; containers: { ports?: ApiPort[] }[] };
  status: { podIP?: string; phase?: string };
}

export interface ApiService {
  metadata: { name: string; namespace: string };
  spec: { clusterIP?: string; type?: string; ports?: ApiPort[] };
}

export interface Objects {
  pods: readonly ApiPod[];
  services: readonly ApiService[];
}

export async function objectsOf(cluster: Cluster): Promise<Objects> {
  const list = async <T>(kind: string): Promise<T[]> =>
    (await cluster.kubectl.get<{ items: T[] }>([kind, '--all-namespaces'])).items;
  const [pods, services] = await Promise.all([list<ApiPod>('pods'), list<ApiService>('services')]);
  return { pods, services };
}

type NamedObject = Exclude<Named, { kind: 'address' }>;

/** The object of this name. @throws LabError `no-pod` or `no-service` with what is near. */
function objectNamed<T extends ApiPod | ApiService>(named: NamedObject, all: readonly T[]): T {
  const { kind, name } = named;
  return requireNamed(kind, named, all, {
    elsewhere: (namespace) => `name it ${kind === 'pod' ? '' : 'svc/'}${namespace}/${name}`,
  });
}

export function podNamed(named: NamedObject, { pods }: Objects): ApiPod {
  return objectNamed(named, pods);
}

/** @throws LabError `no-address` for a service that has none of its own. */
export function serviceNamed(named: NamedObject, { services }: Objects): ApiService {
  const service = objectNamed(named, services);
  const { clusterIP, type } = service.spec;
  if (clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None') return service;
  throw usageError('no-address', `the service ${named.name} has no address of its own`, {
    why:
      type === 'ExternalName'
        ? 'it is only another name (ExternalName)'
        : 'it is headless: DNS answers with the addresses of its pods',
    hint: 'name one of its pods',
  });
}

/** The address of a pod that runs. @throws LabError `pod-not-running`. */
export function addressOf({ metadata, status }: ApiPod): string {
  const { podIP, phase = 'unknown' } = status;
  if (podIP !== undefined && phase === 'Running') return podIP;
  throw new LabError('pod-not-running', `the pod ${metadata.name} has no network: it is ${phase}`, {
    hint: `lab kubectl describe pod ${metadata.name} --namespace ${metadata.namespace}`,
  });
}

/** A running pod with a network of its own as an end of the connection. */
export async function endOf(cluster: Cluster, pod: ApiPod): Promise<End> {
  const { name, namespace, uid } = pod.metadata;
  const address = addressOf(pod);
  if (pod.spec.hostNetwork) {
    throw usageError('host-network', `the pod ${namespace}/${name} uses its node's own network`, {
      why: 'its packets pass neither cable nor bridge',
      hint: `lab ssh ${pod.spec.nodeName} -- ip route get ADDRESS`,
    });
  }
  const node = cluster.nodes.find((one) => one.name === pod.spec.nodeName);
  if (!node) {
    throw new LabError('node-down', `${pod.spec.nodeName}, the node of ${name}, is not running`, {
      hint: 'lab up',
    });
  }
  const argv = ['bash', '-c', `${podNetnsFunctions}\npod_pid "$1"`, 'bash', uid];
  const { stdout, exitCode } = await node.exec(argv, { allowFailure: true });
  const pid = stdout.trim();
  if (exitCode === 0 && /^\d+$/.test(pid)) {
    const label = `pod ${namespace}/${name}`;
    return { label, node, netns: `/proc/${pid}/ns/net`, address };
  }
  throw new LabError('trace-failed', `no process of ${namespace}/${name} runs on ${node.name}`, {
    hint: `lab kubectl describe pod ${name} --namespace ${namespace}`,
  });
}

/** The pod that has this address now, if it has a network of its own. */
export function podWith({ pods }: Objects, address: string): ApiPod | undefined {
  return pods.find(
    ({ spec, status }) =>
      status.podIP === address && status.phase === 'Running' && !spec.hostNetwork,
  );
}
