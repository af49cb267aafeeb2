import { LabError } from '../../base/errors.ts';
import { isolationsOf } from './compile.ts';
import { allows } from './isolation.ts';
import { nameOf, type Direction, type Pod, type Protocol, type World } from './model.ts';
import { addressNumber } from './ranges.ts';
import { indexWorld, isSelectable, type Index } from './world-index.ts';

/** The first packet of a connection; answers to it always come back. */
export interface Packet {
  /** A pod as namespace/name, or an IPv4 address. */
  from: string;
  to: string;
  protocol: Protocol;
  /** Its destination port, after kube-proxy: that of the pod, not that of a Service. */
  port: number;
}

/** What one of the two ends says. */
export interface Side {
  allowed: boolean;
  isolated: boolean;
  /** The policies that isolate it, as namespace/name. */
  by: readonly string[];
  /** The first rule that lets the packet through. */
  allowedBy?: { policy: string; rule: string };
  /** Why policies do not matter here. */
  exempt?: 'own-address' | 'own-node';
}

export interface Judgement {
  allowed: boolean;
  egress: Side;
  ingress: Side;
}

/** An end of the connection: always an address, and the pod behind it if there is one. */
export interface End {
  address: string;
  pod?: Pod;
}

export function endOf(world: World, text: string): End {
  if (!text.includes('/')) {
    const pod = world.pods.find((one) => isSelectable(one) && one.addresses.includes(text));
    return { address: text, ...(pod && { pod }) };
  }
  const pod = world.pods.find((one) => nameOf(one) === text);
  const [address] = pod?.addresses ?? [];
  if (!pod) throw new LabError('no-such-pod', `there is no pod ${text}`);
  if (address === undefined) {
    throw new LabError('pod-without-address', `pod ${text} has no address yet`);
  }
  return { address, pod };
}

function exemption(subject: End, other: End): Side['exempt'] {
  if (subject.address === other.address) return 'own-address';
  return subject.pod?.nodeAddresses.includes(other.address) ? 'own-node' : undefined;
}

function judgeSide(
  index: Index,
  direction: Direction,
  subject: End,
  other: End,
  { protocol, port }: Packet,
): Side {
  const isolation =
    subject.pod &&
    isolationsOf(index, subject.pod).find(
      (one) => one.direction === direction && one.address === subject.address,
    );
  if (!isolation) return { allowed: true, isolated: false, by: [] };
  const side = { isolated: true, by: isolation.policies };
  const exempt = exemption(subject, other);
  if (exempt) return { ...side, allowed: true, exempt };
  const peer = addressNumber(other.address);
  const rule = isolation.rules.find((one) => allows(one, peer, protocol, port));
  if (!rule) return { ...side, allowed: false };
  return { ...side, allowed: true, allowedBy: { policy: rule.policy, rule: rule.rule } };
}

/** Both ends must agree: the source to its egress, the destination to its ingress. */
export function judge(world: World, packet: Packet): Judgement {
  const index = indexWorld(world);
  const from = endOf(world, packet.from);
  const to = endOf(world, packet.to);
  const egress = judgeSide(index, 'egress', from, to, packet);
  const ingress = judgeSide(index, 'ingress', to, from, packet);
  return { allowed: egress.allowed && ingress.allowed, egress, ingress };
}
