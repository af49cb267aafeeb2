import { prefixOf } from '../../base/cidr.ts';
import { bridge, type Mode } from '../config.ts';
import type { NodeFacts } from '../node/facts.ts';
import type { Plan } from '../plan/step.ts';
import { bridgedPlan, type BridgedPod } from './bridged.ts';
import type { PodLink } from './link.ts';
import { hostLinkName, podLinkName, type LinkOwner } from './names.ts';
import { nobody, routedPlan, type RoutedPod } from './routed.ts';

/** The ways to connect a pod, and what each is made of. */
interface Wirings {
  bridged: BridgedPod;
  routed: RoutedPod;
}
export type Kind = keyof Wirings;
/** What a pod's connection is made of; `kind` says by which driver. */
export type Wiring<K extends Kind = Kind> = { [P in K]: { kind: P } & Wirings[P] }[K];

interface Driver<K extends Kind> {
  linkName(owner: LinkOwner): string;
  /** @param device Of the ENI that holds the address; asked only where there are ENIs. */
  wire(link: PodLink, facts: NodeFacts, device: number): Wirings[K];
  plan(wiring: Wirings[K]): Plan;
  /** Prefix length and gateway, as the runtime is told. */
  reach(wiring: Wirings[K]): { prefix: number; gateway: string };
}

export const kindOf: Readonly<Record<Mode, Kind>> = {
  overlay: 'bridged',
  'host-gw': 'bridged',
  vpc: 'routed',
};

const drivers: { [K in Kind]: Driver<K> } = {
  bridged: {
    linkName: ({ containerId, ifName }) => hostLinkName(containerId, ifName),
    wire: (link, { range, gateway }) => ({ ...link, bridge, prefix: prefixOf(range), gateway }),
    plan: bridgedPlan,
    reach: ({ prefix, gateway }) => ({ prefix, gateway }),
  },
  routed: {
    linkName: podLinkName,
    wire: (link, { uplink }, device) => ({ ...link, device, nodeAddress: uplink.address }),
    plan: routedPlan,
    reach: () => ({ prefix: 32, gateway: nobody }),
  },
};

export function linkNameFor({ mode }: NodeFacts, owner: LinkOwner): string {
  return drivers[kindOf[mode]].linkName(owner);
}

function wire<K extends Kind>(kind: K, link: PodLink, facts: NodeFacts, device: number): Wiring<K> {
  return { kind, ...drivers[kind].wire(link, facts, device) };
}

/** A new connection by the driver of this node's mode. */
export function wiringFor(link: PodLink, facts: NodeFacts, device: number): Wiring {
  return wire(kindOf[facts.mode], link, facts, device);
}

export function wiringPlan<K extends Kind>(wiring: Wiring<K>): Plan {
  return drivers[wiring.kind].plan(wiring);
}

export function reachOf<K extends Kind>(wiring: Wiring<K>): { prefix: number; gateway: string } {
  return drivers[wiring.kind].reach(wiring);
}
