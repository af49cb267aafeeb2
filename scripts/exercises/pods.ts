import type { Node } from '../nodes/node.ts';
import type { Job } from './jobs.ts';
import type { KubeObject, Live } from './live.ts';
import type { Place, PodSelector } from './selectors.ts';

/** A running pod with an address. */
export interface Pod {
  name: string;
  namespace: string;
  address: string;
  addresses: string[];
  node: Node;
  /** Its uid; undefined when it uses the node's own network. */
  uid: string | undefined;
}

interface PodSpec {
  nodeName?: string;
  hostNetwork?: boolean;
}
interface PodStatus {
  phase?: string;
  podIP?: string;
  podIPs?: { ip: string }[];
}

/** The pods that can be used, and, if there is none, the reason in words. */
export interface PodsFound {
  pods: Pod[];
  missing: string;
}

function usable(item: KubeObject, live: Live): Pod | undefined {
  const spec = (item.spec ?? {}) as PodSpec;
  const status = (item.status ?? {}) as PodStatus;
  const node = live.cluster.nodes.find(({ name }) => name === spec.nodeName);
  const ready = status.phase === 'Running' && !item.metadata.deletionTimestamp;
  if (!node || !ready || !status.podIP) return undefined;
  return {
    name: item.metadata.name,
    namespace: item.metadata.namespace ?? 'default',
    address: status.podIP,
    addresses: (status.podIPs ?? [{ ip: status.podIP }]).map(({ ip }) => ip),
    node,
    uid: spec.hostNetwork ? undefined : item.metadata.uid,
  };
}

export function podsInWords(selector: PodSelector): string {
  const which = selector.name ?? selector.selector;
  return `${which === undefined ? 'any pod' : `pod ${which}`} in namespace ${selector.namespace}`;
}

export async function findPods(live: Live, selector: PodSelector): Promise<PodsFound> {
  const { namespace, name } = selector;
  const { items } = await live.get({
    resource: 'pods',
    namespace,
    name,
    selector: selector.selector,
  });
  const nodes = selector.node === undefined ? undefined : live.nodes(selector.node);
  const pods = items
    .map((item) => usable(item, live))
    .filter((pod) => pod !== undefined)
    .filter((pod) => !nodes || nodes.includes(pod.node));
  if (pods.length > 0) return { pods, missing: '' };
  const states = items.map((item) => {
    const phase = (item.status as PodStatus | undefined)?.phase ?? 'unknown';
    return `${item.metadata.name} is ${item.metadata.deletionTimestamp ? 'Terminating' : phase}`;
  });
  const seen = items.length === 0 ? 'there is none' : states.slice(0, 3).join(', ');
  const where = nodes ? ` on ${nodes.map((node) => node.name).join(', ')}` : '';
  return { pods, missing: `no running ${podsInWords(selector)}${where}: ${seen}` };
}

type SandboxPlace = Pick<Place, 'netns' | 'container'>;

/** Where a command is to run, with a name for messages. */
export interface Spot extends Pick<Job, 'node' | 'inside'> {
  label: string;
}

export function podSpot(pod: Pod): Spot {
  const inside = pod.uid === undefined ? undefined : (`pod:${pod.uid}` as const);
  return { node: pod.node, inside, label: `pod ${pod.name} (${pod.node.name})` };
}

export function nodeSpot(node: Node): Spot {
  return { node, inside: undefined, label: node.name };
}

/** A named network namespace or a container of the sandbox; undefined when neither is asked for. */
export function sandboxSpot(live: Live, place: SandboxPlace): Spot | undefined {
  const node = live.cluster.controlPlane;
  const { netns, container } = place;
  if (netns !== undefined) return { node, inside: `netns:${netns}`, label: netns };
  if (container === undefined) return undefined;
  return { node, inside: `container:${container}`, label: `container ${container}` };
}

/** The places that are meant; `missing` says why there is none. A namespace that is not there fails when it is used. */
export async function findSpots(
  live: Live,
  place: Place,
): Promise<{ spots: Spot[]; missing: string }> {
  const own = sandboxSpot(live, place);
  if (own) return { spots: [own], missing: '' };
  if (place.in === undefined) {
    return { spots: live.nodes(place.on ?? []).map(nodeSpot), missing: 'no node fits' };
  }
  const { pods, missing } = await findPods(live, place.in);
  return { spots: pods.map(podSpot), missing };
}
