import { LabError } from '../base/errors.ts';
import { sleep } from '../base/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { withoutLifecycleTaints } from '../cluster/lifecycle-taints.ts';
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

/** Fields that change by themselves while nothing happens. */
const restless = new Set(['timeAdded', 'lastTransitionTime', 'resourceVersion', 'generation']);

/** Readable, so that a difference can be shown field by field. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (key, one: unknown) => (restless.has(key) ? undefined : one));
}

const contentFields = ['spec', 'data', 'rules', 'subjects', 'roleRef', 'endpoints', 'ports'];

function content(item: Item): Record<string, unknown> {
  const fields = contentFields.map((field) => [field, item[field]] as const);
  return { labels: item.metadata.labels, ...Object.fromEntries(fields) };
}

function withoutLifecycle(item: Item): Record<string, unknown> {
  const found = content(item);
  const { taints, ...spec } = (item.spec ?? {}) as { taints?: { key: string }[] };
  const lasting = withoutLifecycleTaints(taints ?? []);
  return item.kind === 'Node' ? { ...found, spec: { ...spec, taints: lasting } } : found;
}

function nameOf({ kind, metadata }: Item): string {
  return `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`;
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
    return [
      nameOf(item),
      textOf({ uid, annotations, deletionTimestamp, ...withoutLifecycle(item) }),
    ];
  });
  const stable = items
    .filter((item) => !isDerived(item))
    .map((item): [string, string] => {
      const going = item.metadata.deletionTimestamp !== undefined;
      return [nameOf(item), textOf({ going, ...withoutLifecycle(item) })];
    });
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
        value: textOf({ mtu, master, address }),
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

/** The paths at which two values differ, with both sides. */
function fieldChanges(before: unknown, after: unknown, path: string): string[] {
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null;
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => fieldChanges(before[key], after[key], `${path}.${key}`));
  }
  const [a, b] = [before, after].map((value) => (JSON.stringify(value) ?? 'nothing').slice(0, 80));
  return a === b ? [] : [`${path}: ${a} -> ${b}`];
}

function changesOf(before: string, after: string): string {
  if (before === '' || after === '') return '';
  const changes = fieldChanges(JSON.parse(before), JSON.parse(after), '');
  return ` (${changes.slice(0, 3).join(', ')})`;
}

/** What differs, in words: `+ new`, `- gone`, `~ changed`. */
export function differences(before: Digest, after: Digest): string[] {
  const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => `- ${key}`);
  const added = [...after.keys()].filter((key) => !before.has(key)).map((key) => `+ ${key}`);
  const changed = [...after].flatMap(([key, value]) => {
    const old = before.get(key);
    return old === undefined || old === value ? [] : [`~ ${key}${changesOf(old, value)}`];
  });
  return [...gone, ...added, ...changed];
}

/** The node's end of a pod's cable: flannel's and weave's, and both of labnet's modes'. */
const cableGone = /^- \S+ link (veth|(lab|eni)[0-9a-f]{11}\b)/;
/** A bridge that loses its last port has an MTU of its own again. */
const bridgeFreed = /^~ \S+ link (cni0|labnet0) \(\.mtu: /;

/** Whether a difference is what the kubelet does after a pod has left the API: it takes the sandbox down seconds later. */
export function comesLate(difference: string): boolean {
  return cableGone.test(difference) || bridgeFreed.test(difference);
}

const timeout = 90_000;

/** Looks at a lab, whatever kind of lab it is. Milliseconds. */
export interface Watch {
  look: () => Promise<Digests>;
  /** Between two looks. */
  pause: number;
  /** As of its nodes. */
  slowness: number;
}

/**
 * Waits until the lab is what it was; a lab that is that already is left at once.
 * @returns What still differs at the deadline; empty when all is as before.
 */
export async function waitForSame(
  { look, pause, slowness }: Watch,
  before: Digest,
  patience: number,
): Promise<string[]> {
  const deadline = Date.now() + patience * slowness;
  for (;;) {
    const left = differences(before, (await look()).stable);
    if (left.length === 0 || Date.now() > deadline) return left;
    await sleep(pause);
  }
}

/**
 * Digests of a lab that has come to rest: two in a row, `pause` milliseconds apart, are equal.
 * @throws LabError `restless` with what kept changing.
 */
export async function settledDigests({ look, pause, slowness }: Watch): Promise<Digests> {
  const deadline = Date.now() + timeout * slowness;
  let before = await look();
  for (;;) {
    await sleep(pause);
    const after = await look();
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
