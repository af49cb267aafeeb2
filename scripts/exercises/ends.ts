import { findPods, nodeSpot, podSpot, sandboxSpot, type Spot } from './pods.ts';
import type { Live } from './live.ts';
import type { Origin, Target } from './selectors.ts';

/** A place that probes start from. */
export interface From extends Spot {
  /** Addresses that a server sees when nothing translates them; of pods only. */
  addresses: string[];
}

/** A place to reach. */
export interface To {
  label: string;
  address: string;
  /** The node it is on, if it is on one. */
  nodeName?: string;
  /** Tells whether it is the same thing as a `From`. */
  key?: string;
}

/** All that was found; `missing` has a sentence for every selection that found nothing. */
export interface Ends<T> {
  found: T[];
  missing: string[];
}

const keyOf = (spot: Spot): string => spot.inside ?? spot.node.name;

async function oneOrigin(live: Live, from: Origin): Promise<Ends<From>> {
  const own = sandboxSpot(live, from);
  if (own) return { found: [{ ...own, addresses: [] }], missing: [] };
  if (from.nodes !== undefined) {
    const spots = live.nodes(from.nodes).map(nodeSpot);
    return { found: spots.map((spot) => ({ ...spot, addresses: [] })), missing: [] };
  }
  if (from.pods === undefined) return { found: [], missing: ['nothing to start from'] };
  const { pods, missing } = await findPods(live, from.pods);
  const found = pods.map((pod) => ({ ...podSpot(pod), addresses: pod.addresses }));
  return { found, missing: missing === '' ? [] : [missing] };
}

/** The address of a container on the first of its networks. */
async function containerTarget(live: Live, name: string): Promise<Ends<To>> {
  const format = '{{range .NetworkSettings.Networks}}{{println .IPAddress}}{{end}}';
  const argv = ['docker', 'inspect', '--type', 'container', '--format', format, name];
  const [result] = await live.run([{ node: live.cluster.controlPlane, argv }]);
  const label = `container ${name}`;
  const address = result?.exitCode === 0 ? result.stdout.trim().split('\n')[0] : undefined;
  if (address === undefined) return { found: [], missing: [`there is no ${label}`] };
  if (address === '') return { found: [], missing: [`${label} has no address on any network`] };
  return { found: [{ label, address, key: `container:${name}` }], missing: [] };
}

async function oneTarget(live: Live, to: Target): Promise<Ends<To>> {
  if (to.container !== undefined) return containerTarget(live, to.container);
  if (to.address !== undefined)
    return { found: [{ label: to.address, address: to.address }], missing: [] };
  if (to.nodes !== undefined) {
    const found = live.nodes(to.nodes).map((node): To => {
      return { label: node.name, address: node.address, nodeName: node.name, key: node.name };
    });
    return { found, missing: [] };
  }
  if (to.service !== undefined) {
    const { namespace, name } = to.service;
    const { items } = await live.get({ resource: 'services', namespace, name });
    const address = items[0]?.spec?.clusterIP as string | undefined;
    const label = `service ${name}`;
    if (!items[0])
      return { found: [], missing: [`there is no ${label} in namespace ${namespace}`] };
    if (!address || address === 'None')
      return { found: [], missing: [`${label} has no ClusterIP`] };
    return { found: [{ label, address }], missing: [] };
  }
  if (to.pods === undefined) return { found: [], missing: ['nothing to reach'] };
  const { pods, missing } = await findPods(live, to.pods);
  const found = pods.map((pod): To => {
    const spot = podSpot(pod);
    return { label: spot.label, address: pod.address, nodeName: pod.node.name, key: keyOf(spot) };
  });
  return { found, missing: missing === '' ? [] : [missing] };
}

function join<T>(all: Ends<T>[]): Ends<T> {
  return { found: all.flatMap((one) => one.found), missing: all.flatMap((one) => one.missing) };
}

export async function findOrigins(live: Live, origins: readonly Origin[]): Promise<Ends<From>> {
  return join(await Promise.all(origins.map((one) => oneOrigin(live, one))));
}

export async function findTargets(live: Live, targets: readonly Target[]): Promise<Ends<To>> {
  return join(await Promise.all(targets.map((one) => oneTarget(live, one))));
}

export type Pairing = 'all' | 'other-node' | 'same-node';

/** Every origin with every target, except with itself. */
export function pairUp(
  origins: readonly From[],
  targets: readonly To[],
  pairing: Pairing,
): [From, To][] {
  return origins.flatMap((from) =>
    targets
      .filter((to) => to.key !== keyOf(from))
      .filter(
        (to) => pairing === 'all' || (to.nodeName === from.node.name) === (pairing === 'same-node'),
      )
      .map((to): [From, To] => [from, to]),
  );
}
