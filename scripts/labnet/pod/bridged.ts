import { isUp, linkNamed } from '../plan/seen.ts';
import type { Plan } from '../plan/step.ts';
import {
  addressStep,
  aliasStep,
  defaultRouteStep,
  loopbackStep,
  podUpStep,
  vethStep,
  type PodLink,
} from './link.ts';

/** All values that a pod's connection to the node's bridge is made of. */
export interface BridgedPod extends PodLink {
  bridge: string;
  prefix: number;
  /** The bridge's own address. */
  gateway: string;
}

/** Connects a pod to the bridge: the modes overlay and host-gw. */
export function bridgedPlan(pod: BridgedPod): Plan {
  const { hostLink, bridge, gateway } = pod;
  const onNode = { tool: 'ip' } as const;
  return [
    vethStep(pod),
    aliasStep(pod),
    {
      id: 'veth-bridge',
      why: `Plugs the node's end into the bridge ${bridge}, the switch that all pods of this node share, and switches it on.`,
      command: { ...onNode, words: ['link', 'set', hostLink, 'master', bridge, 'up'] },
      verify: {
        show: `ip link show ${hostLink}`,
        problem({ node }) {
          const link = linkNamed(node, hostLink);
          if (link?.master !== bridge) return `${hostLink} is not plugged into ${bridge}`;
          return isUp(link) ? undefined : `${hostLink} is down`;
        },
      },
    },
    {
      id: 'veth-hairpin',
      why: 'Lets a frame go back where it came from: a pod that calls its own Service is answered by itself.',
      command: {
        ...onNode,
        words: ['link', 'set', hostLink, 'type', 'bridge_slave', 'hairpin', 'on'],
      },
      verify: {
        show: `bridge -details link show dev ${hostLink}`,
        problem: ({ node }) =>
          linkNamed(node, hostLink)?.linkinfo?.info_slave_data?.hairpin === true
            ? undefined
            : `${hostLink} has hairpin off`,
      },
    },
    loopbackStep(pod),
    addressStep(
      pod,
      `${pod.address}/${pod.prefix}`,
      'Gives the pod its address. The prefix length says who is reached over the bridge without a router: the pods of this node.',
      ['brd', '+'],
    ),
    podUpStep(
      pod,
      `Switches the pod's end on; with that the kernel makes the route to the other pods of this node.`,
    ),
    defaultRouteStep(
      pod,
      gateway,
      `Everything else goes to the bridge's own address, ${gateway}: from there the node routes it on.`,
    ),
  ];
}
