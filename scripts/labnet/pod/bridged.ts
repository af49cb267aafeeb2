import type { Plan } from '../plan/step.ts';
import { hasAddress, isUp, linkNamed } from '../plan/seen.ts';

/** All values that a pod's connection to the node's bridge is made of. */
export interface BridgedPod {
  /** As in "default/web", for the link's alias. */
  label: string;
  netns: string;
  ifName: string;
  hostLink: string;
  bridge: string;
  mtu: number;
  mac: string;
  hostMac: string;
  address: string;
  prefix: number;
  /** The bridge's own address. */
  gateway: string;
}

/**
 * Connects a pod to the bridge: the modes overlay and host-gw. The pod's end is born in the pod's namespace: moving it
 * there afterwards would wait for the kernel's other processors, up to seconds when many pods start at once.
 */
export function bridgedPlan(pod: BridgedPod): Plan {
  const { netns, ifName, hostLink, bridge, mac, gateway } = pod;
  const mtu = String(pod.mtu);
  const address = `${pod.address}/${pod.prefix}`;
  const inPod = { tool: 'ip', netns } as const;
  const onNode = { tool: 'ip' } as const;
  return [
    {
      id: 'veth',
      why: `A veth pair is a cable: what goes in at one end comes out at the other. The node's end is ${hostLink}, the pod's end is ${ifName} in the pod's namespace. The MTU leaves room for the tunnel's header.`,
      command: {
        ...onNode,
        words: [
          ...['link', 'add', hostLink, 'address', pod.hostMac, 'mtu', mtu, 'type', 'veth'],
          ...['peer', 'name', ifName, 'mtu', mtu, 'address', mac, 'netns', netns],
        ],
      },
      undo: { ...onNode, words: ['link', 'delete', hostLink] },
      verify: {
        show: `ip link show ${hostLink}`,
        problem: ({ node }) => (linkNamed(node, hostLink) ? undefined : `${hostLink} is gone`),
      },
    },
    {
      id: 'veth-alias',
      why: `Writes the pod's name on the cable, so that \`ip link\` on the node tells whose it is.`,
      command: { ...onNode, words: ['link', 'set', hostLink, 'alias', `labnet:${pod.label}`] },
    },
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
    {
      id: 'pod-loopback',
      why: 'Every namespace begins with its loopback switched off; programs in the pod expect 127.0.0.1.',
      command: { ...inPod, words: ['link', 'set', 'lo', 'up'] },
      verify: {
        show: `ip -n ${netns} link show lo`,
        problem: ({ pod: seen }) => (isUp(linkNamed(seen, 'lo')) ? undefined : 'lo is down'),
      },
    },
    {
      id: 'pod-address',
      why: `Gives the pod its address. The prefix length says who is reached over the bridge without a router: the pods of this node.`,
      command: { ...inPod, words: ['address', 'add', address, 'brd', '+', 'dev', ifName] },
      verify: {
        show: `ip -n ${netns} address show ${ifName}`,
        problem: ({ pod: seen }) =>
          hasAddress(linkNamed(seen, ifName), address) ? undefined : `${ifName} lacks ${address}`,
      },
    },
    {
      id: 'pod-up',
      why: `Switches the pod's end on; with that the kernel makes the route to the other pods of this node.`,
      command: { ...inPod, words: ['link', 'set', ifName, 'up'] },
      verify: {
        show: `ip -n ${netns} link show ${ifName}`,
        problem: ({ pod: seen }) =>
          isUp(linkNamed(seen, ifName)) ? undefined : `${ifName} is down`,
      },
    },
    {
      id: 'pod-default-route',
      why: `Everything else goes to the bridge's own address, ${gateway}: from there the node routes it on.`,
      command: {
        ...inPod,
        words: ['route', 'add', 'default', 'via', gateway, 'dev', ifName],
      },
      verify: {
        show: `ip -n ${netns} route show default`,
        problem: ({ pod: seen }) =>
          seen?.routes.some(({ dst, gateway: via }) => dst === 'default' && via === gateway)
            ? undefined
            : `the default route via ${gateway} is gone`,
      },
    },
  ];
}
