import { onNode, type Cause } from './cause.ts';
import { droppedByRule } from './dropped.ts';
import { cable, legOf, linkKind, lookOf, type Evidence, type Leg } from './evidence.ts';
import { inside } from './place.ts';
import { isRefusal, type Packet } from './packet.ts';
import { lostInPod } from './lost-in-pod.ts';
import { lostOnNode } from './lost-on-node.ts';
import { lostBetween, lostInTunnel, notUnwrapped } from './lost-on-wire.ts';

/** The end of the story. */
export interface Verdict {
  /** The request reached the pod (or whoever it was for). */
  arrived: boolean;
  /** The answer came back to who asked, and it was not a refusal. */
  answered: boolean;
  dropped?: Cause;
}

function unexplained(leg: Leg, node: string, by: string): Cause {
  return {
    id: 'unexplained',
    node,
    where: by,
    by: 'no rule dropped it, and routes, neighbours and links look right',
    why: `the ${leg.direction} was last seen at ${by}`,
    next: onNode(node, 'ip -statistics link'),
  };
}

/** Why the packet of this leg did not come to its end; undefined if it did. */
function lost(evidence: Evidence, leg: Leg): Cause | undefined {
  const { trip, start, end } = leg;
  const last = trip.sightings.at(-1);
  const dropped = droppedByRule(evidence, leg);
  if (dropped) return dropped;
  if (!last) {
    if (!start) return undefined;
    const cause = lostInPod(evidence, { ...leg, start });
    return cause ?? unexplained(leg, start.node.name, start.label);
  }
  const arrived = end && last.way === 'out' && last.link === cable(evidence, end)?.ifname;
  if (arrived) return undefined;
  const kind = linkKind(lookOf(evidence, last.node), last.link);
  const told = ((): Cause | undefined => {
    const back = trip.sightings.some(
      ({ node, link, way }) => node === last.node && link === last.link && way === 'out',
    );
    // Sent to the node itself, the tunnel hands it back at once.
    if (kind === 'tunnel' && back) return lostInTunnel(evidence, leg, last);
    if (last.way === 'in') {
      return last.wrapping ? notUnwrapped(evidence, last) : lostOnNode(evidence, leg, last);
    }
    return kind === 'nic' ? lostBetween(evidence, leg, last) : lostOnNode(evidence, leg, last);
  })();
  return told ?? unexplained(leg, last.node, `${last.link} of ${last.node}`);
}

/** The pod at the other end has the packet, and did not say what was hoped for. */
function silent(evidence: Evidence, refusal: Packet | undefined): Cause | undefined {
  const { to, flow, trips } = evidence;
  if (!to) return undefined;
  const { protocol } = flow;
  const { port } = { port: trips.request.sightings.at(-1)?.packet.dport };
  const show = inside(to, ['ss', '-lntup']).join(' ');
  const base = { node: to.node.name, where: `in ${to.label}`, next: onNode(to.node.name, show) };
  if (refusal) {
    const said = protocol === 'tcp' ? 'RST' : refusal.flags;
    const why = `it arrived in the pod, but nobody listens on ${protocol} port ${port} there`;
    return { ...base, id: 'nobody-listens', by: `the pod itself refused it (${said})`, why };
  }
  const back = lostInPod(evidence, { ...legOf(evidence, 'answer'), start: to });
  if (back) return { ...back, why: `it arrived, but the answer cannot leave: ${back.why}` };
  const listens = to.look.sockets.some(
    (line) => line.startsWith(protocol) && new RegExp(`:${port}\\s`).test(line),
  );
  const by =
    protocol === 'icmp'
      ? 'no answer to the ping'
      : `${listens ? 'somebody listens' : 'nobody listens'} on ${protocol} port ${port}`;
  const why =
    'it arrived in the pod, and nothing came back: the program keeps silent, or the pod drops it itself';
  return { ...base, id: 'no-answer', by, why };
}

/** An answer that reached the client, but from an address it did not ask. */
function notTranslated(evidence: Evidence): Cause | undefined {
  const { flow, trips, from } = evidence;
  const last = trips.answer.sightings.at(-1);
  if (!last || last.packet.src === flow.target) return undefined;
  const bridged = lookOf(evidence, from.node.name).sysctls['bridge-nf-call-iptables'];
  const because =
    bridged === 0
      ? `net.bridge.bridge-nf-call-iptables is 0 on ${last.node}: the bridge switches the answer past netfilter, which alone knows the service`
      : 'netfilter did not see it, or did not know the connection';
  return {
    id: 'not-translated',
    node: last.node,
    where: `link ${last.link}`,
    by: `answer from ${last.packet.src}, asked was ${flow.target}`,
    why: `the pod asked ${flow.target}, but the answer comes from ${last.packet.src}, so its kernel throws it away; ${because}`,
    next: onNode(last.node, 'sysctl net.bridge.bridge-nf-call-iptables'),
  };
}

export function verdictOf(evidence: Evidence): Verdict {
  const { probed, trips, to } = evidence;
  if (probed.state === 'answer') return { arrived: true, answered: true };
  const request = lost(evidence, legOf(evidence, 'request'));
  if (request) {
    // Whoever was asked has it, though it was no pod.
    const arrived = request.id === 'nobody-listens' || request.id === 'no-answer';
    return { arrived, answered: false, dropped: request };
  }
  const { sightings } = trips.answer;
  // Only what came out of the pod's own cable is its own word; a rule may refuse in its name.
  const own = to && cable(evidence, to)?.ifname;
  const word = [...trips.refusals, ...sightings].find(
    ({ node, link, way, packet }) =>
      node === to?.node.name && link === own && way === 'in' && isRefusal(packet),
  );
  const cause =
    sightings.length === 0 || word
      ? silent(evidence, word?.packet)
      : (lost(evidence, legOf(evidence, 'answer')) ?? notTranslated(evidence));
  const arrived = { arrived: true, answered: false };
  return cause ? { ...arrived, dropped: cause } : arrived;
}
