import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { addressAfter } from '../base/cidr.ts';
import { messageOf, usageError } from '../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { parseManifest, type KubeObject } from '../cluster/objects.ts';
import type { ApiNamespace, ApiPod, ApiPolicy } from '../labnet/policy/api.ts';
import { readWorld, type World } from '../labnet/policy/model.ts';

/** All that policies depend on, from the API server. */
export async function liveWorld({ kubectl }: Cluster): Promise<World> {
  const list = async <T>(kind: string): Promise<T[]> =>
    (await kubectl.get<{ items: T[] }>([kind, '--all-namespaces'])).items;
  const [namespaces, pods, policies] = await Promise.all([
    kubectl.get<{ items: ApiNamespace[] }>(['namespaces']),
    list<ApiPod>('pods'),
    list<ApiPolicy>('networkpolicies'),
  ]);
  return readWorld({ namespaces: namespaces.items, pods, policies });
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
export function paperWorld(objects: readonly KubeObject[]): World {
  const pods = objects.flatMap((object) => podOf(object) ?? []).map(withAddress);
  const policies = objects
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ metadata, ...rest }) => ({ ...rest, metadata: { namespace: 'default', ...metadata } }));
  const written = objects.filter(({ kind }) => kind === 'Namespace');
  const named = new Set(written.map(({ metadata }) => metadata.name));
  const used = [...pods, ...policies].map(({ metadata }) => metadata.namespace);
  const others = [...new Set(used)].filter((name) => !named.has(name));
  return readWorld({
    namespaces: [
      ...(written as unknown as ApiNamespace[]),
      ...others.map((name) => ({ metadata: { name } })),
    ],
    pods,
    policies: policies as unknown as ApiPolicy[],
  });
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
