import { isUp, type SeenLink } from '../../labnet/plan/seen.ts';
import { answerTo, routeInPod } from './ask.ts';
import { hasBridge } from './look.ts';
import { onNode, type Cause, type CauseId } from './cause.ts';
import { cable, lookOf, type Evidence, type Leg, type SeenEnd } from './evidence.ts';

function ipv4(link: SeenLink): string[] {
  const all = link.addr_info ?? [];
  return all.filter(({ family }) => family === 'inet').map(({ local }) => local);
}

/** Has it no neighbour at this address, although it asked? */
export function unanswered(look: SeenEnd['look'], address: string, dev?: string): boolean {
  return look.neighbours.some(
    (one) =>
      one.dst === address &&
      (dev === undefined || one.dev === dev) &&
      one.state.some((state) => state === 'FAILED' || state === 'INCOMPLETE'),
  );
}

type Told = (id: CauseId, by: string, why: string, next?: string) => Cause;

/** The gateway, or another pod of the same node, does not answer ARP: the cable, the bridge or its address. */
function beyondTheCable(evidence: Evidence, end: SeenEnd, hop: string, told: Told): Cause {
  const node = end.node.name;
  const look = lookOf(evidence, node);
  const link = cable(evidence, end);
  const bridge = look.links.find(({ ifname }) => ifname === link?.master);
  const asked = `nobody answers when the pod asks for the MAC of ${hop}`;
  if (!link) return told('pod-link', 'veth', `${asked}: the node's end of its cable is gone`);
  const show = onNode(node, `ip -details address show ${link.ifname}`);
  if (!isUp(link)) {
    return told('link-down', `${link.ifname} is down`, `${asked}: the cable is off`, show);
  }
  if (!bridge && !hasBridge(look)) {
    return told('gateway', `no answer from ${hop}`, `${asked}: the node keeps silent`, show);
  }
  if (!bridge) {
    const why = `${asked}: ${link.ifname} is not plugged into a bridge`;
    return told('bridge', `${link.ifname} has no master`, why, show);
  }
  const showBridge = onNode(node, `ip address show ${bridge.ifname}`);
  if (!isUp(bridge)) {
    const why = `${asked}: the bridge ${bridge.ifname} is off`;
    return told('link-down', `${bridge.ifname} is down`, why, showBridge);
  }
  const route = end.look.routes.find(({ gateway }) => gateway === hop);
  if (route) {
    const why = `${asked}, which is its gateway: the bridge ${bridge.ifname} lacks this address`;
    return told('gateway', `${bridge.ifname} lacks ${hop}`, why, showBridge);
  }
  const other = [...evidence.looks].find(([name]) => name === node) && evidence.to;
  if (other?.address === hop && other !== end) {
    const peer = cable(evidence, other);
    if (!peer || !isUp(peer) || peer.master !== bridge.ifname) {
      const state = peer && isUp(peer) ? `not plugged into ${bridge.ifname}` : 'down';
      const name = peer?.ifname ?? 'the cable';
      const why = `${asked}: the cable of ${other.label} is ${state}`;
      return told('link-down', `${name} is ${state}`, why, onNode(node, `ip link show ${name}`));
    }
  }
  const why = `${asked}: no pod that can be reached over ${bridge.ifname} has this address`;
  return told('nobody-there', hop, why, onNode(node, `ip neighbour show dev ${bridge.ifname}`));
}

/** Why nothing came out of the pod's cable. */
export function lostInPod(evidence: Evidence, leg: Leg & { start: SeenEnd }): Cause | undefined {
  const { start } = leg;
  const { look, node, netns, label } = start;
  const show = (words: string): string => onNode(node.name, `nsenter --net=${netns} ${words}`);
  const told: Told = (id, by, why, next = show('ip address')) => {
    return { id, node: node.name, where: `in ${label}`, by, why, next };
  };
  const eth = look.links.find((link) => link.ifname !== 'lo' && link.link_index !== undefined);
  if (!eth) return told('pod-link', 'no link but lo', 'the pod is not plugged in: it has no eth0');
  if (!isUp(eth)) return told('pod-link', `${eth.ifname} is down`, 'its link is switched off');
  if (!ipv4(eth).includes(start.address)) {
    return told('pod-address', `${eth.ifname} lacks ${start.address}`, 'it lost its address');
  }
  const asked = routeInPod(evidence, leg);
  const answer = answerTo(evidence, asked);
  if (!asked || !answer) return undefined;
  const { dst } = asked.question;
  if (answer.error !== undefined) {
    const why = `the pod has no route to ${dst}, so its kernel sends nothing`;
    return told('pod-route', answer.error, why, show(`ip route get ${dst}`));
  }
  const hop = answer.route?.gateway ?? dst;
  return unanswered(look, hop) ? beyondTheCable(evidence, start, hop, told) : undefined;
}
