import { isUp, linkNamed } from '../../labnet/plan/seen.ts';
import { answerTo, routeOnNode, tunnelEntry } from './ask.ts';
import type { Sighting } from './capture.ts';
import { unanswered } from './lost-in-pod.ts';
import { onNode, type Cause } from './cause.ts';
import { lookOf, type Evidence, type Leg } from './evidence.ts';
import { kindOf, linkWith, type Look } from './look.ts';
import type { Packet } from './packet.ts';
import { routeKey, routeText } from './route.ts';

function nicsOf(look: Look): string {
  return look.links
    .filter((link) => link.ifname !== 'lo' && kindOf(link) !== 'bridge' && kindOf(link) !== 'vxlan')
    .flatMap(({ ifname, addr_info: all = [] }) =>
      all.filter(({ family }) => family === 'inet').map(({ local }) => `${ifname} ${local}`),
    )
    .join(', ');
}

/** The tunnel's own port and network number, as `ip -details link` tells them. */
function vxlan(look: Look): { name: string; data: Record<string, unknown>; up: boolean }[] {
  return look.links
    .filter((link) => kindOf(link) === 'vxlan')
    .map((link) => ({ name: link.ifname, data: link.linkinfo?.info_data ?? {}, up: isUp(link) }));
}

function wrongNic(evidence: Evidence, leg: Leg, node: string, to: string): Cause | undefined {
  const own = linkWith(lookOf(evidence, node), to);
  const other = leg.end?.node.name;
  const theirs = other === undefined ? undefined : lookOf(evidence, other);
  if (!own && (!theirs || linkWith(theirs, to))) return undefined;
  const mine = own
    ? `which is ${node}'s own address on ${own.ifname}`
    : 'which is an address of no NIC there';
  const has = theirs && other !== node ? `; ${other} has ${nicsOf(theirs)}` : '';
  return {
    id: 'wrong-nic',
    node,
    where: 'forwarding table of the tunnel',
    by: `dst ${to}${own ? `, ${own.ifname}` : ''}`,
    why: `the tunnel sends what is for ${other ?? 'the other node'} to ${to}, ${mine}${has}. The pod network took the address of the wrong NIC`,
    next: onNode(node, 'bridge fdb show'),
  };
}

/** The NIC by which the wrapped packet would leave. */
function offNic(look: Look, node: string, name: string | undefined, to: string): Cause | undefined {
  const nic = name === undefined ? undefined : linkNamed(look, name);
  if (!nic || (isUp(nic) && !nic.flags.includes('NO-CARRIER'))) return undefined;
  return {
    id: 'link-down',
    node,
    where: `link ${nic.ifname}`,
    by: `${nic.ifname} is ${isUp(nic) ? 'unplugged' : 'down'}`,
    why: `the wrapped packet for ${to} would leave by ${nic.ifname}`,
    next: onNode(node, `ip link show ${nic.ifname}`),
  };
}

/** The other node's NIC is off, or does not answer ARP for other reasons. */
function deaf(evidence: Evidence, leg: Leg, node: string, to: string): Cause | undefined {
  const other = leg.end?.node.name;
  const theirs = other === undefined ? undefined : lookOf(evidence, other);
  const nic = theirs && linkWith(theirs, to);
  if (other !== undefined && nic && !isUp(nic)) {
    return {
      id: 'link-down',
      node: other,
      where: `link ${nic.ifname}`,
      by: `${nic.ifname} is down`,
      why: `${node} sends it to ${to}, whose NIC is off`,
      next: onNode(other, `ip link show ${nic.ifname}`),
    };
  }
  const asked = lookOf(evidence, node).neighbours.find(({ dst }) => dst === to);
  if (!asked || !unanswered(lookOf(evidence, node), to)) return undefined;
  return {
    id: 'neighbour',
    node,
    where: 'neighbour table',
    by: `${to} dev ${asked.dev} has no MAC`,
    why: `${other ?? to} does not answer on ${asked.dev}: nothing gets from ${node} to it, not even the question for its MAC`,
    next: onNode(node, `ip neighbour show dev ${asked.dev}`),
  };
}

/** Into the tunnel, but never onto a NIC. */
export function lostInTunnel(evidence: Evidence, leg: Leg, last: Sighting): Cause | undefined {
  const { node, link: tunnel } = last;
  const look = lookOf(evidence, node);
  const route = answerTo(evidence, routeOnNode(leg, node))?.route;
  const hop = route?.gateway ?? last.packet.dst;
  const entry = tunnelEntry(look, tunnel, hop);
  if (entry?.dst === undefined) {
    const mac = look.neighbours.find(({ dst, dev }) => dst === hop && dev === tunnel)?.lladdr;
    return {
      id: 'forwarding-entry',
      node,
      where: 'forwarding table of the tunnel',
      by: `no entry for ${mac ?? hop} dev ${tunnel}`,
      why: `the tunnel does not know at which node ${hop} (${mac ?? 'no MAC'}) is, so it wraps nothing`,
      next: onNode(node, `bridge fdb show dev ${tunnel}`),
    };
  }
  const wrong = wrongNic(evidence, leg, node, entry.dst);
  if (wrong) return wrong;
  const way = evidence.routes.get(routeKey(node, { dst: entry.dst }));
  if (way?.error === undefined) {
    return offNic(look, node, way?.route?.dev, entry.dst) ?? deaf(evidence, leg, node, entry.dst);
  }
  return {
    id: 'no-route',
    node,
    where: 'routing table',
    by: way.error,
    why: `the wrapped packet is for ${entry.dst}, and there is no route to it`,
    next: onNode(node, `ip route get ${entry.dst}`),
  };
}

/** Arrived wrapped at a node, and did not come out of a tunnel there. */
export function notUnwrapped(evidence: Evidence, { node, wrapping }: Sighting): Cause | undefined {
  const tunnels = vxlan(lookOf(evidence, node));
  const [right] = tunnels.filter(({ data }) => data['port'] === wrapping?.dport);
  const base = {
    id: 'tunnel',
    node,
    where: 'tunnel',
    next: onNode(node, 'ip -details link'),
  } as const;
  if (!right) {
    const by = `no VXLAN link with port ${wrapping?.dport}`;
    return { ...base, by, why: 'it arrived wrapped, and there is no tunnel to unwrap it' };
  }
  if (!right.up) {
    const why = 'it arrived wrapped, and the tunnel that would unwrap it is switched off';
    return { ...base, by: `${right.name} is down`, why };
  }
  const why = `it arrived wrapped, but ${right.name} did not take it: another network number (VNI), or a frame for another MAC`;
  return { ...base, by: `${right.name} vni ${String(right.data['id'])}`, why };
}

/** Out of a NIC, and seen on no other node. */
export function lostBetween(evidence: Evidence, leg: Leg, last: Sighting): Cause | undefined {
  const { node, link, wrapping, packet } = last;
  const outer: Packet = wrapping ?? packet;
  const other = leg.end?.node.name;
  if (wrapping) {
    const wrong = wrongNic(evidence, leg, node, wrapping.dst);
    if (wrong) return wrong;
  }
  const asked = routeOnNode(leg, node);
  const route = answerTo(evidence, asked)?.route;
  const words = asked ? `ip route get ${asked.question.dst}` : 'ip route';
  if (!wrapping && route?.dst === 'default') {
    const inside = other === undefined ? 'outside the lab' : `on ${other}`;
    return {
      id: other === undefined ? 'outside' : 'no-route',
      node,
      where: 'routing table',
      by: routeText(route),
      why:
        other === undefined
          ? `it left ${node} by ${link} for the world outside, and nothing came back`
          : `${packet.dst} is ${inside}, but there is no route to it: the default route sent it out of ${link}, where nobody knows pods`,
      next: onNode(node, words),
    };
  }
  const hop = wrapping?.dst ?? route?.gateway ?? outer.dst;
  const off = deaf(evidence, leg, node, hop);
  if (off) return off;
  const wrapped = wrapping ? ', wrapped for the tunnel (UDP 8472),' : '';
  return {
    id: 'lost-between-nodes',
    node,
    where: `between ${node} and ${other ?? hop}`,
    by: `left ${link} towards ${hop}`,
    why: `the packet${wrapped} left NIC ${link} of ${node} towards ${hop} and never arrived at ${other ?? 'another node'}: something between them drops it`,
    next: onNode(other ?? node, `tcpdump -ni any host ${wrapping?.src ?? packet.src}`),
  };
}
