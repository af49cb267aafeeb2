import { groupBy } from './group.ts';
import type { Isolation, PortRange, Rule } from './isolation.ts';
import type { Direction } from './model.ts';
import { chainName, comment, policyChainName, setName } from './nft-words.ts';
import { rangeText, union } from './ranges.ts';

/** What happens to a packet that no rule allows: the sender is told, or left to wait. */
export type Denial = 'reject' | 'drop';

function group(items: readonly string[]): string {
  return items.length === 1 ? (items[0] as string) : `{ ${items.join(', ')} }`;
}

function peerMatch(field: string, { peers, peerList }: Rule): string {
  if (peerList !== undefined) return `ip ${field} @${setName(peerList)} `;
  return peers === 'any' ? '' : `ip ${field} ${group(peers.map(rangeText))} `;
}

/** One match per protocol. Ports must not overlap within a set of nft. */
function portMatches(ports: Rule['ports']): string[] {
  if (ports === 'any') return [''];
  return [...groupBy(ports, ({ protocol }) => [protocol])].map(([protocol, list]) => {
    const name = protocol.toLowerCase();
    const numbers = union(list.map(({ from, to }: PortRange) => ({ first: from, last: to })));
    const [first] = numbers;
    if (first?.first === 0 && first.last === 65535) return `meta l4proto ${name} `;
    const texts = numbers.map((one) =>
      one.first === one.last ? `${one.first}` : `${one.first}-${one.last}`,
    );
    return `${name} dport ${group(texts)} `;
  });
}

/**
 * On a bridge the kernel sends a RST with the addresses behind a Service, which the client does not know and ignores;
 * the ICMP message arrives with those that it asked for.
 */
export function denials(denial: Denial, note: string): string[] {
  if (denial === 'drop') return [`counter drop ${note}`];
  return [
    `meta l4proto tcp ct status & dnat == 0 counter reject with tcp reset ${note}`,
    `counter reject with icmpx admin-prohibited ${note}`,
  ];
}

/** The other end of a packet, seen from an isolated pod. */
const peerField = { ingress: 'saddr', egress: 'daddr' } as const;

function ruleLines(direction: Direction, rule: Rule): string[] {
  const match = peerMatch(peerField[direction], rule);
  const note = comment(`${rule.policy} ${rule.rule}`);
  return portMatches(rule.ports).map((port) => `${match}${port}counter accept ${note}`);
}

export function chainText(name: string, lines: readonly string[]): string {
  return [`chain ${name} {`, ...lines.map((line) => `  ${line}`), '}'].join('\n');
}

/** What a policy allows, the same for every pod. What it does not allow comes back to the pod's own chain. */
export function policyChain(policy: string, direction: Direction, rules: readonly Rule[]): string {
  const lines = rules.flatMap((rule) => ruleLines(direction, rule));
  return chainText(policyChainName(policy, direction), lines);
}

/** The rules for one pod and direction: through the chains of its policies, and refused at the end. */
export function podChain(isolation: Isolation, denial: Denial): string {
  const { pod, address, direction, policies, rules } = isolation;
  const shared = new Set(rules.filter(({ own }) => !own).map(({ policy }) => policy));
  return chainText(chainName(isolation), [
    comment(pod),
    // Through a Service a pod may come back to itself.
    `ip ${peerField[direction]} ${address} accept`,
    ...[...shared].map((policy) => `jump ${policyChainName(policy, direction)}`),
    ...rules.filter(({ own }) => own).flatMap((rule) => ruleLines(direction, rule)),
    ...denials(denial, comment(`isolated by ${policies.join(', ')}`)),
  ]);
}
