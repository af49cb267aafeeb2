import { hasAddress, isUp, linkNamed } from '../plan/seen.ts';
import type { Step } from '../plan/step.ts';

/** The cable between a pod and its node, as every mode has one. */
export interface PodLink {
  /** As in "default/web", for the link's alias. */
  label: string;
  netns: string;
  ifName: string;
  hostLink: string;
  mtu: number;
  mac: string;
  hostMac: string;
  address: string;
}

/**
 * The pod's end is born in the pod's namespace: moving it there afterwards would wait for the kernel's other
 * processors, up to seconds when many pods start at once.
 */
export function vethStep({ netns, ifName, hostLink, ...pod }: PodLink): Step {
  const mtu = String(pod.mtu);
  return {
    id: 'veth',
    why: `A veth pair is a cable: what goes in at one end comes out at the other. The node's end is ${hostLink}, the pod's end is ${ifName} in the pod's namespace. The MTU, ${mtu}, is what the way to the other nodes can carry.`,
    command: {
      tool: 'ip',
      words: [
        ...['link', 'add', hostLink, 'address', pod.hostMac, 'mtu', mtu, 'type', 'veth'],
        ...['peer', 'name', ifName, 'mtu', mtu, 'address', pod.mac, 'netns', netns],
      ],
    },
    undo: { tool: 'ip', words: ['link', 'delete', hostLink] },
    verify: {
      show: `ip link show ${hostLink}`,
      problem: ({ node }) => (linkNamed(node, hostLink) ? undefined : `${hostLink} is gone`),
    },
  };
}

export function aliasStep({ hostLink, label }: PodLink): Step {
  return {
    id: 'veth-alias',
    why: `Writes the pod's name on the cable, so that \`ip link\` on the node tells whose it is.`,
    command: { tool: 'ip', words: ['link', 'set', hostLink, 'alias', `labnet:${label}`] },
  };
}

export function loopbackStep({ netns }: PodLink): Step {
  return {
    id: 'pod-loopback',
    why: 'Every namespace begins with its loopback switched off; programs in the pod expect 127.0.0.1.',
    command: { tool: 'ip', netns, words: ['link', 'set', 'lo', 'up'] },
    verify: {
      show: `ip -n ${netns} link show lo`,
      problem: ({ pod }) => (isUp(linkNamed(pod, 'lo')) ? undefined : 'lo is down'),
    },
  };
}

/** @param more What follows the address, as in ["brd", "+"]. */
export function addressStep(
  { netns, ifName }: PodLink,
  address: string,
  why: string,
  more: readonly string[] = [],
): Step {
  return {
    id: 'pod-address',
    why,
    command: { tool: 'ip', netns, words: ['address', 'add', address, ...more, 'dev', ifName] },
    verify: {
      show: `ip -n ${netns} address show ${ifName}`,
      problem: ({ pod }) =>
        hasAddress(linkNamed(pod, ifName), address) ? undefined : `${ifName} lacks ${address}`,
    },
  };
}

export function podUpStep({ netns, ifName }: PodLink, why: string): Step {
  return {
    id: 'pod-up',
    why,
    command: { tool: 'ip', netns, words: ['link', 'set', ifName, 'up'] },
    verify: {
      show: `ip -n ${netns} link show ${ifName}`,
      problem: ({ pod }) => (isUp(linkNamed(pod, ifName)) ? undefined : `${ifName} is down`),
    },
  };
}

export function defaultRouteStep({ netns, ifName }: PodLink, gateway: string, why: string): Step {
  return {
    id: 'pod-default-route',
    why,
    command: {
      ...{ tool: 'ip', netns },
      words: ['route', 'add', 'default', 'via', gateway, 'dev', ifName],
    },
    verify: {
      show: `ip -n ${netns} route show default`,
      problem: ({ pod }) =>
        pod?.routes.some(({ dst, gateway: via }) => dst === 'default' && via === gateway)
          ? undefined
          : `the default route via ${gateway} is gone`,
    },
  };
}
