import { isUp, linkNamed } from '../plan/seen.ts';
import type { Plan } from '../plan/step.ts';
import { eniTable } from '../vpc/names.ts';
import { ruleStep, type Rule } from '../vpc/rules.ts';
import {
  addressStep,
  aliasStep,
  defaultRouteStep,
  loopbackStep,
  podUpStep,
  vethStep,
  type PodLink,
} from './link.ts';

/** All values that a pod's connection is made of where every pod has a route of its own: the mode vpc. */
export interface RoutedPod extends PodLink {
  /** Device number of the ENI that holds the address. */
  device: number;
  /** What the node itself calls the pod with: its address on the nodes' network. */
  nodeAddress: string;
}

/** The gateway that nobody has: every pod's, on every node. AWS's choice. */
export const nobody = '169.254.1.1';

/** Rules by which packets to and from the pod find their table. */
export function podRules({ address, device }: RoutedPod): Rule[] {
  const to: Rule = { priority: 512, selector: ['to', address], table: 'main' };
  if (device === 0) return [to];
  return [to, { priority: 1536, selector: ['from', address], table: eniTable(device) }];
}

const ruleTexts: Record<Rule['priority'], (pod: RoutedPod) => string> = {
  512: ({ address }) =>
    `Packets to ${address} are looked up in the main table, which has the route to the pod. It comes before the rules of all ENIs: a pod of ENI 1 reaches one of ENI 0 on this node directly.`,
  1024: () => '',
  1536: ({ address, device }) =>
    `${address} belongs to ENI ${device}, so what comes from it is looked up in table ${eniTable(device)}, whose default route leaves by that ENI.`,
};

function onNode(pod: RoutedPod): Plan {
  const { address, hostLink, nodeAddress } = pod;
  const route = [address, 'dev', hostLink, 'scope', 'link', 'src', nodeAddress];
  const rules = podRules(pod);
  return [
    vethStep(pod),
    aliasStep(pod),
    {
      id: 'veth-up',
      why: `Switches the node's end on. It is plugged into nothing: there is no bridge, the node routes.`,
      command: { tool: 'ip', words: ['link', 'set', hostLink, 'up'] },
      verify: {
        show: `ip link show ${hostLink}`,
        problem: ({ node }) =>
          isUp(linkNamed(node, hostLink)) ? undefined : `${hostLink} is down`,
      },
    },
    {
      id: 'pod-route',
      why: `One route for this one pod: ${address} is behind ${hostLink}. What the node itself sends there has ${nodeAddress}; the kernel would take its first NIC's address, which is the same on all nodes behind NAT.`,
      command: { tool: 'ip', words: ['route', 'replace', ...route] },
      verify: {
        show: `ip route show ${address}`,
        problem: ({ node }) =>
          node.routes.some(({ dst, dev }) => dst === address && dev === hostLink)
            ? undefined
            : `the route to ${address} by ${hostLink} is gone`,
      },
    },
    ...rules.map((rule) =>
      ruleStep(`rule-${rule.selector[0]}`, ruleTexts[rule.priority](pod), rule),
    ),
    {
      id: 'veth-localnet',
      why: 'Lets a hostPort be called as 127.0.0.1 on the node: its packets leave by this link with that address, until they are translated.',
      command: {
        tool: 'write',
        path: `/proc/sys/net/ipv4/conf/${hostLink}/route_localnet`,
        text: '1',
      },
    },
  ];
}

function inPod(pod: RoutedPod): Plan {
  const { netns, ifName, hostLink, hostMac } = pod;
  const into = { tool: 'ip', netns } as const;
  return [
    loopbackStep(pod),
    addressStep(
      pod,
      `${pod.address}/32`,
      'Gives the pod its address. /32 says that nobody is in the same network: everything goes through a router.',
    ),
    podUpStep(pod, `Switches the pod's end on; only then a route can lead by it.`),
    {
      id: 'pod-router-route',
      why: `The router is called ${nobody}, an address that nobody has. This says that it is right behind ${ifName}.`,
      command: { ...into, words: ['route', 'add', nobody, 'dev', ifName, 'scope', 'link'] },
      verify: {
        show: `ip -n ${netns} route show ${nobody}`,
        problem: ({ pod: seen }) =>
          seen?.routes.some(({ dst, dev }) => dst === nobody && dev === ifName)
            ? undefined
            : `the route to ${nobody} is gone`,
      },
    },
    defaultRouteStep(pod, nobody, `Everything goes to ${nobody}.`),
    {
      id: 'pod-neighbour',
      why: `Nobody would answer when the pod asks for the MAC of ${nobody}. So it is written down for good: it is that of ${hostLink}, the node's end of the cable.`,
      command: {
        ...into,
        words: [
          ...['neighbour', 'add', nobody, 'lladdr', hostMac],
          ...['dev', ifName, 'nud', 'permanent'],
        ],
      },
      verify: {
        show: `ip -n ${netns} neighbour show ${nobody}`,
        problem: ({ pod: seen }) =>
          seen?.neighbours.some(({ dst, lladdr }) => dst === nobody && lladdr === hostMac)
            ? undefined
            : `the neighbour entry for ${nobody} is gone`,
      },
    },
  ];
}

/** Connects a pod as the AWS VPC CNI does: a cable, a route, rules, and a gateway that nobody has. */
export function routedPlan(pod: RoutedPod): Plan {
  return [...onNode(pod), ...inPod(pod)];
}
