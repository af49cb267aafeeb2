import { createHash } from 'node:crypto';
import { LabError } from '../base/errors.ts';
import { sleep } from '../base/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { runJobs } from './jobs.ts';

/** What a lab consists of: one entry per object, link, route or CNI file; the value changes when the thing does. */
export type Digest = ReadonlyMap<string, string>;

/**
 * `exact` has everything, with uids: equal before and after a check.
 * `stable` leaves out what controllers and the CNI name at random or make on first use: equal after set-up and undo.
 */
export interface Digests {
  exact: Digest;
  stable: Digest;
}

const resources = [
  ...['namespaces', 'nodes', 'pods', 'services', 'endpointslices', 'configmaps', 'serviceaccounts'],
  ...['deployments', 'daemonsets', 'replicasets', 'statefulsets', 'jobs', 'cronjobs'],
  ...['networkpolicies', 'ingresses', 'ingressclasses', 'persistentvolumeclaims'],
  ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings', 'customresourcedefinitions'],
];

interface Item {
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    labels?: unknown;
    annotations?: unknown;
    ownerReferences?: unknown[];
    deletionTimestamp?: string;
  };
  [field: string]: unknown;
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

const contentFields = ['spec', 'data', 'rules', 'subjects', 'roleRef', 'endpoints', 'ports'];

function content(item: Item): unknown[] {
  return [item.metadata.labels, ...contentFields.map((field) => item[field])];
}

function objectEntry(item: Item): [string, string] {
  const { kind, metadata } = item;
  return [`${kind} ${metadata.namespace ?? '-'}/${metadata.name}`, ''];
}

/** Made and named by a controller: comes and goes with what it belongs to. */
function isDerived({ kind, metadata }: Item): boolean {
  return (metadata.ownerReferences ?? []).length > 0 || kind === 'EndpointSlice';
}

async function objects(
  cluster: Cluster,
): Promise<{ exact: [string, string][]; stable: [string, string][] }> {
  const { items } = await cluster.kubectl.get<{ items: Item[] }>([
    resources.join(','),
    '--all-namespaces',
  ]);
  const exact = items.map((item): [string, string] => {
    const { uid, annotations, deletionTimestamp } = item.metadata;
    return [objectEntry(item)[0], hash([uid, annotations, deletionTimestamp, content(item)])];
  });
  const stable = items
    .filter((item) => !isDerived(item))
    .map((item): [string, string] => [
      objectEntry(item)[0],
      hash([item.metadata.deletionTimestamp !== undefined, content(item)]),
    ]);
  return { exact, stable };
}

interface Link {
  ifname: string;
  mtu?: number;
  master?: string;
  address?: string;
}
interface Route {
  dst: string;
  dev?: string;
  gateway?: string;
}

/** Bridges of the CNIs appear with the first pod of a node and stay; veths come and go with pods. */
const perPod = /^(veth|cni0|cbr0|weave|vethwe|lo$)/;

async function nodeEntries(
  cluster: Cluster,
): Promise<{ name: string; per: boolean; value: string }[]> {
  const { nodes } = cluster;
  const commands = [
    ['ip', '-j', 'link', 'show'],
    ['ip', '-j', 'route', 'show'],
    ['find', '/etc/cni/net.d', '-type', 'f'],
  ];
  const results = await runJobs(nodes.flatMap((node) => commands.map((argv) => ({ node, argv }))));
  return nodes.flatMap((node, i) => {
    const [links, routes, files] = results.slice(i * commands.length).map(({ stdout }) => stdout);
    const linkRows = JSON.parse(links?.trim() || '[]') as Link[];
    const routeRows = JSON.parse(routes?.trim() || '[]') as Route[];
    return [
      ...linkRows.map(({ ifname, mtu, master, address }) => ({
        name: `${node.name} link ${ifname}`,
        per: perPod.test(ifname),
        value: hash([mtu, master, address]),
      })),
      ...routeRows.map(({ dst, dev, gateway }) => ({
        name: `${node.name} route ${dst} ${gateway ?? ''} ${dev ?? ''}`,
        per: perPod.test(dev ?? ''),
        value: '',
      })),
      ...(files ?? '')
        .split('\n')
        .filter(Boolean)
        .map((path) => {
          return { name: `${node.name} file ${path}`, per: false, value: '' };
        }),
    ];
  });
}

export async function takeDigests(cluster: Cluster): Promise<Digests> {
  const [api, own] = await Promise.all([objects(cluster), nodeEntries(cluster)]);
  const entries = own.map(({ name, value }): [string, string] => [name, value]);
  const lasting = own.filter(({ per }) => !per);
  return {
    exact: new Map([...api.exact, ...entries]),
    stable: new Map([...api.stable, ...lasting.map(({ name }): [string, string] => [name, ''])]),
  };
}

/** What differs, in words: `+ new`, `- gone`, `~ changed`. */
export function differences(before: Digest, after: Digest): string[] {
  const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => `- ${key}`);
  const added = [...after.keys()].filter((key) => !before.has(key)).map((key) => `+ ${key}`);
  const changed = [...after]
    .filter(([key, value]) => before.has(key) && before.get(key) !== value)
    .map(([key]) => `~ ${key}`);
  return [...gone, ...added, ...changed];
}

const timeout = 90_000;

/**
 * Digests of a lab that has come to rest: two in a row, `pause` milliseconds apart, are equal.
 * @throws LabError `restless` with what kept changing.
 */
export async function settledDigests(cluster: Cluster, pause: number): Promise<Digests> {
  const deadline = Date.now() + timeout;
  let before = await takeDigests(cluster);
  for (;;) {
    await sleep(pause);
    const after = await takeDigests(cluster);
    const moving = differences(before.exact, after.exact);
    if (moving.length === 0) return after;
    if (Date.now() > deadline) {
      throw new LabError('restless', `The lab did not come to rest within ${timeout / 1000} s`, {
        details: moving.join('\n'),
      });
    }
    before = after;
  }
}
