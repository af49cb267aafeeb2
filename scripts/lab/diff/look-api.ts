import { createHash } from 'node:crypto';
import { LabError } from '../../base/errors.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { withoutLifecycleTaints } from '../../cluster/lifecycle-taints.ts';

interface Discovery {
  items: {
    metadata: { name?: string };
    versions: {
      version: string;
      resources?: { resource: string; verbs: string[]; responseKind?: { kind: string } }[];
    }[];
  }[];
}

interface Resource {
  kind: string;
  path: string;
}

/** Kinds that change by themselves, or follow from others. */
const leftOut = new Set([
  ...['Event', 'Lease', 'ComponentStatus', 'Endpoints', 'CertificateSigningRequest'],
  ...['ResourceSlice', 'PodMetrics', 'NodeMetrics'],
]);

const discovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

async function ask<T>(cluster: Cluster, path: string, accept?: string): Promise<T> {
  const { status, text } = await cluster.api.ask(path, accept ? { accept } : {});
  if (status === 200) return JSON.parse(text) as T;
  throw new LabError('api-status', `GET ${path} gave status ${status}`, { hint: 'lab status' });
}

/** All kinds that can be listed, each in the version that the API server prefers. */
async function resources(cluster: Cluster): Promise<Resource[]> {
  const roots = await Promise.all(
    ['/api', '/apis'].map(async (root) => {
      const { items } = await ask<Discovery>(cluster, root, discovery);
      return items.flatMap(({ metadata: { name }, versions: [preferred] }) => {
        const base = [root, name, preferred?.version].filter(Boolean).join('/');
        return (preferred?.resources ?? [])
          .filter(({ verbs }) => verbs.includes('list'))
          .map(({ resource, responseKind }) => ({
            kind: responseKind?.kind ?? resource,
            path: `${base}/${resource}`,
          }));
      });
    }),
  );
  return roots.flat().filter(({ kind }) => !leftOut.has(kind));
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Fields = Record<string, string>;

/** Leaves of an object by their path; elements of lists by their name where they have one. */
function flatten(value: Json, path: string, into: Fields): void {
  if (Array.isArray(value)) {
    value.forEach((one, i) => {
      const name = one !== null && typeof one === 'object' && !Array.isArray(one) ? one.name : i;
      flatten(one, `${path}[${typeof name === 'string' ? name : i}]`, into);
    });
    if (value.length === 0) into[path] = '[]';
  } else if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value);
    for (const [key, one] of entries) flatten(one, path === '' ? key : `${path}.${key}`, into);
    if (entries.length === 0 && path !== '') into[path] = '{}';
  } else into[path] = String(value);
}

interface ContainerStatus {
  name: string;
  state?: Record<string, { reason?: string }>;
  lastState?: { terminated?: { reason?: string; exitCode: number; finishedAt: string } };
}

interface ApiObject {
  type?: string;
  metadata: Record<string, Json> & {
    name: string;
    namespace?: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
  };
  data?: Record<string, string>;
  spec?: { taints?: { key: string }[] };
  status?: {
    phase?: string;
    containerStatuses?: ContainerStatus[];
    conditions?: { type: string; status: string }[];
  };
}

const ownMetadata = ['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp'];
/** Annotations that agents write anew at each start. */
const ownAnnotations = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'flannel.alpha.coreos.com/backend-data',
  'flannel.alpha.coreos.com/backend-v6-data',
];

const sha = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** How each container of a pod is; one that a node's stop has ended does not count as ended. */
function podFields({ status }: ApiObject, since: number): Fields {
  const fields: Fields = { 'status.phase': status?.phase ?? '' };
  for (const { name, state = {}, lastState } of status?.containerStatuses ?? []) {
    const [[how = 'unknown', more] = []] = Object.entries(state);
    fields[`status.${name}`] = more?.reason ? `${how}: ${more.reason}` : how;
    const ended = lastState?.terminated;
    if (ended && ended.reason !== 'Unknown' && Date.parse(ended.finishedAt) > since) {
      fields[`status.${name}.ended`] = `with exit code ${ended.exitCode}, and was started again`;
    }
  }
  return fields;
}

function readyField({ status }: ApiObject): Fields {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return { 'status.Ready': ready?.status ?? 'Unknown' };
}

/** An object without what changes by itself. undefined for objects that come and go. */
function fieldsOf(kind: string, object: ApiObject, since: number): Fields | undefined {
  const { metadata, type } = object;
  if (kind === 'Secret' && type === 'bootstrap.kubernetes.io/token') return undefined;
  if (kind === 'EndpointSlice' && metadata.labels?.['endpointslice.kubernetes.io/managed-by']) {
    return undefined;
  }
  const kept = structuredClone(object) as unknown as Record<string, Json> & ApiObject;
  for (const key of ownMetadata) delete kept.metadata[key];
  for (const key of ownAnnotations) delete kept.metadata.annotations?.[key];
  if (Object.keys(kept.metadata.annotations ?? {}).length === 0) delete kept.metadata.annotations;
  // Signatures of cluster-info go when their token expires.
  for (const key of Object.keys(kept.data ?? {})) {
    if (key.startsWith('jws-kubeconfig-')) delete kept.data?.[key];
  }
  if (kind === 'Secret') {
    for (const [key, value] of Object.entries(kept.data ?? {})) {
      if (kept.data) kept.data[key] = `SHA-256 ${sha(value)}`;
    }
  }
  // A node may be Ready, which is a field of its own, some seconds before its taint goes.
  if (kind === 'Node' && kept.spec?.taints) {
    kept.spec.taints = withoutLifecycleTaints(kept.spec.taints);
    if (kept.spec.taints.length === 0) delete kept.spec.taints;
  }
  delete kept.status;
  const fields: Fields = {};
  flatten(kept, '', fields);
  if (kind === 'Pod') return { ...fields, ...podFields(object, since) };
  return kind === 'Node' ? { ...fields, ...readyField(object) } : fields;
}

/** @param since Milliseconds since 1970: containers that ended before do not count. */
export async function lookAtApi(cluster: Cluster, since: number): Promise<Record<string, Fields>> {
  const found: Record<string, Fields> = {};
  await Promise.all(
    (await resources(cluster)).map(async ({ kind, path }) => {
      const { items } = await ask<{ items: ApiObject[] | null }>(cluster, path);
      for (const object of items ?? []) {
        const { namespace, name } = object.metadata;
        const fields = fieldsOf(kind, object, since);
        if (fields) found[`${kind} ${namespace ? `${namespace}/` : ''}${name}`] = fields;
      }
    }),
  );
  return found;
}
