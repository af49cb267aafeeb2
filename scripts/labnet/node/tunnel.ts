import { tunnel, vni, vxlanPort } from '../config.ts';
import { hasAddress, isUp, linkNamed, type Seen, type SeenLink } from '../plan/seen.ts';
import type { Plan, Step } from '../plan/step.ts';
import { tunnelEnd, type NodeFacts, type Peer } from './facts.ts';
import { routeStep } from './route.ts';

function ip(...words: string[]): Step['command'] {
  return { tool: 'ip', words };
}

/** What is wrong with the tunnel that is there; such a one cannot be changed, only made anew. */
function tunnelProblem(link: SeenLink | undefined, { uplink }: NodeFacts): string | undefined {
  const data = link?.linkinfo?.info_data ?? {};
  if (data['id'] !== vni || data['port'] !== vxlanPort) return 'another network id or port';
  if (data['local'] !== uplink.address || data['link'] !== uplink.link) return 'another NIC';
  return undefined;
}

export function tunnelPlan(facts: NodeFacts, seen: Seen): Plan {
  const { uplink, range } = facts;
  const { address, mac } = tunnelEnd(range);
  const present = linkNamed(seen.node, tunnel);
  const show = `ip -details address show ${tunnel}`;
  const outdated = present && tunnelProblem(present, facts);
  return [
    ...(outdated === undefined
      ? []
      : [
          {
            id: 'tunnel-outdated',
            why: `The tunnel that is there has ${outdated}.`,
            command: ip('link', 'delete', tunnel),
          },
        ]),
    {
      id: 'tunnel',
      why: `VXLAN wraps a pod's whole frame into a UDP packet between the nodes' own addresses, here from ${uplink.address} on ${uplink.link} to port ${vxlanPort}. It does not learn by listening: the agent tells it every other end.`,
      command: ip(
        ...['link', 'add', tunnel, 'address', mac, 'mtu', String(facts.mtu), 'type', 'vxlan'],
        ...['id', String(vni), 'local', uplink.address, 'dev', uplink.link],
        ...['dstport', String(vxlanPort), 'nolearning'],
      ),
      undo: ip('link', 'delete', tunnel),
      verify: {
        show,
        problem({ node }) {
          const link = linkNamed(node, tunnel);
          return link ? tunnelProblem(link, facts) : `${tunnel} is gone`;
        },
      },
    },
    {
      id: 'tunnel-address',
      why: `The source address of what the node itself sends through the tunnel, as kubelet does to pods elsewhere. With /32, so that it brings no route.`,
      command: ip('address', 'replace', `${address}/32`, 'dev', tunnel),
      verify: {
        show,
        problem: ({ node }) =>
          hasAddress(linkNamed(node, tunnel), `${address}/32`)
            ? undefined
            : `${tunnel} lacks ${address}/32`,
      },
    },
    {
      id: 'tunnel-up',
      why: 'Switches the tunnel on.',
      command: ip('link', 'set', tunnel, 'up'),
      verify: {
        show,
        problem: ({ node }) => (isUp(linkNamed(node, tunnel)) ? undefined : `${tunnel} is down`),
      },
    },
  ];
}

/** The way to another node through the tunnel. */
export function overlayPeer(peer: Peer): Plan {
  const { address, mac } = tunnelEnd(peer.range);
  return [
    {
      id: `neighbour-${peer.name}`,
      why: `The MAC of ${peer.name}'s end of the tunnel. Nobody answers ARP there, so the entry is permanent.`,
      command: ip(
        ...['neighbour', 'replace', address, 'lladdr', mac, 'dev', tunnel, 'nud', 'permanent'],
      ),
      undo: ip('neighbour', 'delete', address, 'dev', tunnel),
      verify: {
        show: `ip neighbour show dev ${tunnel}`,
        problem: ({ node }) =>
          node.neighbours.some(
            ({ dst, dev, lladdr }) => dst === address && dev === tunnel && lladdr === mac,
          )
            ? undefined
            : `the neighbour entry for ${address} (${peer.name}) is gone`,
      },
    },
    routeStep(peer, address, tunnel, true),
    {
      id: `fdb-${peer.name}`,
      why: `Frames to that MAC are wrapped and sent to ${peer.name} at ${peer.address}.`,
      command: {
        tool: 'bridge',
        words: ['fdb', 'replace', mac, 'dev', tunnel, 'dst', peer.address, 'self', 'permanent'],
      },
      undo: { tool: 'bridge', words: ['fdb', 'delete', mac, 'dev', tunnel, 'dst', peer.address] },
      verify: {
        show: `bridge fdb show dev ${tunnel}`,
        problem: ({ node }) =>
          node.forwarding.some(
            (entry) => entry.mac === mac && entry.ifname === tunnel && entry.dst === peer.address,
          )
            ? undefined
            : `the forwarding entry of ${tunnel} for ${mac} (${peer.name}) is gone`,
      },
    },
  ];
}
