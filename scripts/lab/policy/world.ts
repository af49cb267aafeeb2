import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { addressAfter } from '../../base/cidr.ts';
import { messageOf, usageError } from '../../base/errors.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { parseManifest, type KubeObject } from '../../cluster/objects.ts';
import type { ApiNamespace, ApiPod, ApiPolicy } from '../../labnet/policy/api.ts';
import { readWorld, type Protocol, type World } from '../../labnet/policy/model.ts';

/** A Service, as far as it decides which pod gets a packet. */
export interface Service {
  metadata: { name: string; namespace: string };
  spec: {
    clusterIP?: string;
    selector?: Record<string, string>;
    ports?: readonly { port: number; targetPort?: number | string; protocol?: Protocol }[];
  };
}

export interface Objects {
  /** All that policies depend on. */
  world: World;
  services: readonly Service[];
}

/** From the API server. */
export async function liveObjects({ kubectl }: Cluster): Promise<Objects> {
  const list = async <T>(kind: string): Promise<T[]> =>
    (await kubectl.get<{ items: T[] }>([kind, '--all-namespaces'])).items;
  const [namespaces, pods, policies, services] = await Promise.all([
    kubectl.get<{ items: ApiNamespace[] }>(['namespaces']),
    list<ApiPod>('pods'),
    list<ApiPolicy>('networkpolicies'),
    list<Service>('services'),
  ]);
  return { world: readWorld({ namespaces: namespaces.items, pods, policies }), services };
}

/** Addresses for pods that exist only on paper; of the range for shared use, RFC 6598. */
const paper = '100.64.0.0/10';

interface Workload extends KubeObject {
  spec: { template?: { metadata?: ApiPod['metadata']; spec: ApiPod['spec'] } };
}

/** The pod of a Pod, or one for all those that a Deployment and its like would make. */
function podOf(object: KubeObject): ApiPod | undefined {
  if (object.kind === 'Pod') return object as unknown as ApiPod;
  const { template } = (object as Workload).spec ?? {};
  if (!template) return undefined;
  const { name, namespace = 'default' } = object.metadata;
  return { ...template, metadata: { ...template.metadata, name, namespace } };
}

function withAddress(pod: ApiPod, index: number): ApiPod {
  const { namespace = 'default', ...metadata } = pod.metadata;
  const status = { podIP: addressAfter(paper, index + 1), ...pod.status };
  return { ...pod, metadata: { namespace, ...metadata }, status };
}

/** The same from manifests, for a cluster that is not there. Namespaces that no manifest has are without labels. */
export function paperObjects(objects: readonly KubeObject[]): Objects {
  const pods = objects.flatMap((object) => podOf(object) ?? []).map(withAddress);
  const ofKind = (wanted: string): unknown[] =>
    objects
      .filter(({ kind }) => kind === wanted)
      .map(({ metadata, ...rest }) => ({
        ...rest,
        metadata: { namespace: 'default', ...metadata },
      }));
  const policies = ofKind('NetworkPolicy') as ApiPolicy[];
  const written = objects.filter(({ kind }) => kind === 'Namespace');
  const named = new Set(written.map(({ metadata }) => metadata.name));
  const used = [...pods, ...policies].map(({ metadata }) => metadata.namespace);
  const others = [...new Set(used)].filter((name) => !named.has(name));
  const namespaces = [
    ...(written as unknown as ApiNamespace[]),
    ...others.map((name) => ({ metadata: { name } })),
  ];
  return {
    world: readWorld({ namespaces, pods, policies }),
    services: ofKind('Service') as Service[],
  };
}

/** The objects in these files, and in the YAML files of these folders. */
export async function readManifests(paths: readonly string[]): Promise<KubeObject[]> {
  const objects: KubeObject[] = [];
  for (const path of paths) {
    try {
      const folder = (await stat(path)).isDirectory();
      const names = folder
        ? (await readdir(path)).filter((name) => /\.(ya?ml|json)$/.test(name))
        : [];
      const files = folder ? names.sort().map((name) => join(path, name)) : [path];
      for (const file of files) objects.push(...parseManifest(await readFile(file, 'utf8')));
    } catch (cause) {
      throw usageError('no-manifest', `cannot read ${path}`, { why: messageOf(cause), cause });
    }
  }
  return objects;
}
