import { isUp, linkNamed } from '../../labnet/plan/seen.ts';
import { answerTo, routeOnNode } from './ask.ts';
import { onNode, type Cause, type CauseId } from './cause.ts';
import { cable, linkKind, lookOf, type Evidence, type Leg } from './evidence.ts';
import { hasBridge, linkWith } from './look.ts';
import { isWrapping, type Pass } from './nft-trace.ts';
import { routeText, type RouteAnswer } from './route.ts';
import { unanswered } from './lost-in-pod.ts';
import type { Sighting } from './capture.ts';

type Told = (id: CauseId, where: string, by: string, why: string, next: string) => Cause;

function teller(node: string): Told {
  return (id, where, by, why, next) => ({ id, node, where, by, why, next: onNode(node, next) });
}

interface Lookup {
  dst: string;
  words: string;
  answer: RouteAnswer;
}

function lookup(evidence: Evidence, leg: Leg, node: string): Lookup | undefined {
  const asked = routeOnNode(leg, node);
  const answer = answerTo(evidence, asked);
  if (!asked || !answer) return undefined;
  const { dst, src, iif } = asked.question;
  return { dst, words: `ip route get ${dst} from ${src} iif ${iif}`, answer };
}

/** The kernel found no way on for a packet that had come in. */
function noWay(evidence: Evidence, node: string, { dst, words, answer }: Lookup): Cause {
  const told = teller(node);
  const { ip_forward: forwards, rp_filter: filter } = lookOf(evidence, node).sysctls;
  const error = answer.error ?? '';
  if (forwards === 0) {
    const why = 'it is not for the node itself, and the node is not to be a router';
    return told(
      'ip-forward',
      'routing',
      'net.ipv4.ip_forward = 0',
      why,
      'sysctl net.ipv4.ip_forward',
    );
  }
  // Newer kernels say "Invalid argument" for it.
  if (/cross-device|Invalid argument/i.test(error)) {
    const why =
      'the way back to its sender leads by another link, so the kernel takes it for a forgery';
    const by = `rp_filter${filter === 1 ? ' = 1' : ''}: ${error}`;
    return told('rp-filter', 'routing', by, why, words);
  }
  return told('no-route', 'routing table', error, `there is no route to ${dst}`, words);
}

/** It was routed, and never sent: the next hop has no MAC, or the link is off. */
function notSent(evidence: Evidence, leg: Leg, pass: Pass, found: Lookup): Cause | undefined {
  const { node } = pass;
  const told = teller(node);
  const look = lookOf(evidence, node);
  const dev = found.answer.route?.dev ?? pass.oif ?? '';
  const hop = found.answer.route?.gateway ?? found.dst;
  const link = linkNamed(look, dev);
  if (!isUp(link)) {
    return told(
      'link-down',
      `link ${dev}`,
      `${dev} is down`,
      'its way leads there',
      `ip link show ${dev}`,
    );
  }
  const known = look.neighbours.some(
    ({ dst, dev: on, lladdr }) => dst === hop && on === dev && lladdr,
  );
  if (known && !unanswered(look, hop, dev)) return undefined;
  const next = `ip neighbour show dev ${dev}`;
  if (linkKind(look, dev) === 'tunnel') {
    const why = `its way leads to ${hop} in the tunnel ${dev}, whose MAC is not known; nobody answers ARP there, so the pod network has to write it down`;
    return told('neighbour', 'neighbour table', `no entry for ${hop} dev ${dev}`, why, next);
  }
  const { end } = leg;
  if (end?.address === hop && end.node.name === node) {
    const off = inTheBridge(evidence, leg, node, dev);
    if (off) return off;
    const why = `${end.label} lost its address, so nobody answers for it on ${dev}`;
    return told('pod-address', `in ${end.label}`, `eth0 lacks ${hop}`, why, next);
  }
  const why =
    hop === found.dst
      ? `nobody on ${dev} answers for ${hop}: no pod there has this address`
      : `the next hop ${hop} does not answer on ${dev}`;
  const id = hop === found.dst ? 'nobody-there' : 'neighbour';
  return told(id, 'neighbour table', `${hop} dev ${dev} has no MAC`, why, next);
}

/** Into the bridge, but to no port: what is not shown to netfilter is only switched. */
function inTheBridge(evidence: Evidence, leg: Leg, node: string, link: string): Cause | undefined {
  const told = teller(node);
  const look = lookOf(evidence, node);
  const { start, end } = leg;
  const port = end?.node.name === node ? cable(evidence, end) : undefined;
  if (end?.node.name === node) {
    const name = port?.ifname ?? 'its cable';
    const show = `ip -details link show ${name}`;
    if (!port) {
      return told('pod-link', 'bridge', 'no veth', `the cable to ${end.label} is gone`, 'ip link');
    }
    if (!isUp(port)) {
      return told(
        'link-down',
        `link ${name}`,
        `${name} is down`,
        `the cable to ${end.label} is off`,
        show,
      );
    }
    if (port.master === undefined && hasBridge(look)) {
      const why = `the cable to ${end.label} is not plugged into the bridge`;
      return told('bridge', `link ${name}`, `${name} has no master`, why, show);
    }
    if (start === end && port.linkinfo?.info_slave_data?.hairpin === false) {
      const why =
        'a bridge sends no frame back by the port it came from; for a pod that calls itself, hairpin has to be on';
      return told('bridge', `link ${name}`, 'hairpin off', why, show);
    }
  }
  const bridge = linkNamed(look, linkNamed(look, link)?.master ?? link);
  if (bridge && !isUp(bridge)) {
    const show = `ip link show ${bridge.ifname}`;
    return told(
      'link-down',
      `link ${bridge.ifname}`,
      `${bridge.ifname} is down`,
      'the bridge is off',
      show,
    );
  }
  return undefined;
}

/** The node took it for itself: because it was asked, or by mistake. */
function forTheNode(evidence: Evidence, node: string, { dst, words, answer }: Lookup): Cause {
  const told = teller(node);
  const { flow, trips } = evidence;
  if (flow.target !== dst) {
    const owner = linkWith(lookOf(evidence, node), dst)?.ifname ?? 'the node itself';
    const by = answer.route ? routeText(answer.route) : 'local';
    const why = `${dst} is the node's own address (${owner}), so it went no further`;
    return told('nobody-there', 'routing table', by, why, words);
  }
  const port = `${flow.protocol} port ${flow.port}`;
  if (trips.refusals.length > 0) {
    const why = `it arrived at the node itself, but nobody listens on ${port} there`;
    return told('nobody-listens', node, 'the node itself refused it', why, 'ss -lntup');
  }
  const why = 'it arrived at the node itself, and nothing came back';
  return told('no-answer', node, 'no answer', why, 'ss -lntup');
}

/** Why a packet that came into a node, and was dropped by no rule, did not leave it. */
export function lostOnNode(evidence: Evidence, leg: Leg, last: Sighting): Cause | undefined {
  const { node } = last;
  const pass = leg.trip.passes.find(
    ({ node: on, iif, packets: [first] }) =>
      on === node && iif !== undefined && first !== undefined && !isWrapping(first),
  );
  const found = lookup(evidence, leg, node);
  if (!pass || !found) return inTheBridge(evidence, leg, node, last.link);
  const { hooks } = pass;
  if (!hooks.includes('forward') && !hooks.includes('input')) {
    return found.answer.error === undefined && lookOf(evidence, node).sysctls['ip_forward'] !== 0
      ? (notSent(evidence, leg, pass, found) ?? inTheBridge(evidence, leg, node, last.link))
      : noWay(evidence, node, found);
  }
  if (hooks.includes('input')) return forTheNode(evidence, node, found);
  return notSent(evidence, leg, pass, found) ?? inTheBridge(evidence, leg, node, last.link);
}
