import type { Direction, Protocol } from './model.ts';
import { addressNumber, includes, type Range } from './ranges.ts';

/** What policies come down to: addresses and numbers, no labels and no names of ports. */
export interface PortRange {
  protocol: Protocol;
  from: number;
  to: number;
}

/** Lets a packet through if the other end is one of the peers and its destination port one of the ports. */
export interface Rule {
  /** namespace/name */
  policy: string;
  /** Its place in the policy, as in ingress[0]. */
  rule: string;
  /** In order, without overlaps. */
  peers: 'any' | readonly Range[];
  /** For peers that are pods: a name for their list, which changes as pods come and go. */
  peerList?: string;
  ports: 'any' | readonly PortRange[];
  /** Its ports have names, which are numbers of this very pod. All other rules are the same for every pod under the policy. */
  own?: true;
}

/** A pod that some policy selects: in this direction only what a rule allows gets through. */
export interface Isolation {
  /** namespace/name */
  pod: string;
  address: string;
  direction: Direction;
  /** Those that select the pod, as namespace/name. */
  policies: readonly string[];
  rules: readonly Rule[];
}

export function allows(rule: Rule, peer: number, protocol: Protocol, port: number): boolean {
  const { peers, ports } = rule;
  if (peers !== 'any' && !includes(peers, peer)) return false;
  if (ports === 'any') return true;
  return ports.some((one) => one.protocol === protocol && one.from <= port && port <= one.to);
}

/** Does the isolation let this through? A pod always reaches itself. */
export function permits(
  { address, rules }: Isolation,
  peer: number,
  protocol: Protocol,
  port: number,
): boolean {
  if (addressNumber(address) === peer) return true;
  return rules.some((rule) => allows(rule, peer, protocol, port));
}
