import { bridge, type Mode } from '../config.ts';
import { hasAddress, isUp, linkNamed, type Seen } from '../plan/seen.ts';
import type { Plan, Step } from '../plan/step.ts';
import { macOf } from '../pod/names.ts';
import { eniPeerStep, eniPlan } from '../vpc/eni.ts';
import type { Eni } from '../vpc/pool.ts';
import { worldPlan } from '../vpc/world.ts';
import { gatewayAddress, type NodeFacts, type Peer } from './facts.ts';
import { natPlan } from './nat.ts';
import { routeStep } from './route.ts';
import { overlayPeer, tunnelPlan } from './tunnel.ts';

function sysctlStep(path: string, why: string): Step {
  return {
    id: `sysctl-${path.split('/').at(-1)}`,
    why,
    command: { tool: 'write', path: `/proc/sys/${path}`, text: '1' },
  };
}

const forwarding = sysctlStep(
  'net/ipv4/ip_forward',
  'The node is a router for its pods; without this it drops what is not for itself.',
);

const bridgeNetfilter = sysctlStep(
  'net/bridge/bridge-nf-call-iptables',
  "Frames between two pods of one node pass the bridge only. This shows them to netfilter as well, so that services and policies hold there too. The kernel's br_netfilter module has to be loaded.",
);

function ip(...words: string[]): Step['command'] {
  return { tool: 'ip', words };
}

function bridgePlan(facts: NodeFacts): Plan {
  const mtu = String(facts.mtu);
  const address = gatewayAddress(facts);
  const show = `ip address show ${bridge}`;
  return [
    {
      id: 'bridge',
      why: `The switch that the pods of this node are plugged into. Its MAC is fixed; otherwise it would change with the first pod, and the others' neighbour entries would be wrong for a while.`,
      command: ip(
        ...['link', 'add', bridge, 'address', macOf(facts.gateway), 'mtu', mtu],
        ...['type', 'bridge'],
      ),
      undo: ip('link', 'delete', bridge),
      verify: {
        show,
        problem: ({ node }) => (linkNamed(node, bridge) ? undefined : `${bridge} is gone`),
      },
    },
    {
      id: 'bridge-address',
      why: `Makes the node the pods' gateway, with the first address of its range; and everything in ${facts.range} is reached over the bridge.`,
      command: ip('address', 'replace', address, 'dev', bridge),
      verify: {
        show,
        problem: ({ node }) =>
          hasAddress(linkNamed(node, bridge), address) ? undefined : `${bridge} lacks ${address}`,
      },
    },
    {
      id: 'bridge-localnet',
      why: 'Lets a hostPort be called as 127.0.0.1 on the node: its packets leave over the bridge with that address, until they are translated.',
      command: {
        tool: 'write',
        path: `/proc/sys/net/ipv4/conf/${bridge}/route_localnet`,
        text: '1',
      },
    },
    {
      id: 'bridge-up',
      why: 'A link forwards nothing until it is switched on. A bridge takes the smallest MTU of its ports, so it is set here as well.',
      command: ip('link', 'set', bridge, 'mtu', mtu, 'up'),
      verify: {
        show,
        problem: ({ node }) => (isUp(linkNamed(node, bridge)) ? undefined : `${bridge} is down`),
      },
    },
  ];
}

type NodePlan = (facts: NodeFacts, seen: Seen, enis: readonly Eni[]) => Plan;

const bridgedNode: NodePlan = (facts) => [forwarding, bridgeNetfilter, ...bridgePlan(facts)];

const nodePlans: Readonly<Record<Mode, NodePlan>> = {
  overlay: (facts, seen, enis) => [...bridgedNode(facts, seen, enis), ...tunnelPlan(facts, seen)],
  'host-gw': bridgedNode,
  vpc: (facts, _, enis) => [
    forwarding,
    ...worldPlan(facts),
    ...enis.flatMap((eni) => eniPlan(facts, eni)),
  ],
};

/** All that this node needs before its first pod, whatever is there already. */
export function nodePlan(facts: NodeFacts, seen: Seen, enis: readonly Eni[] = []): Plan {
  return [...nodePlans[facts.mode](facts, seen, enis), ...natPlan(facts)];
}

type PeerPlan = (facts: NodeFacts, peer: Peer, enis: readonly Eni[]) => Plan;

const routedPeer: PeerPlan = ({ uplink }, peer) => [
  routeStep(peer, peer.address, uplink.link, false),
];

const peerPlans: Readonly<Record<Mode, PeerPlan>> = {
  overlay: (_, peer) => overlayPeer(peer),
  'host-gw': routedPeer,
  vpc: (facts, peer, enis) => [
    ...routedPeer(facts, peer, enis),
    ...enis.filter(({ device }) => device > 0).map((eni) => eniPeerStep(eni, peer)),
  ],
};

/** The way to the pods of another node. */
export function peerPlan(facts: NodeFacts, peer: Peer, enis: readonly Eni[] = []): Plan {
  return peerPlans[facts.mode](facts, peer, enis);
}

/** Steps whose effect is not there; those that nothing can be seen of are always done, and may be. */
export function missing(plan: Plan, seen: Seen): Plan {
  return plan.filter(({ verify }) => !verify || verify.problem(seen) !== undefined);
}
