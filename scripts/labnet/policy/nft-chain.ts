import { groupBy } from './group.ts';
import type { Isolation, PortRange, Rule } from './isolation.ts';
import { chainName, comment, namedSet, type NamedSet } from './nft-words.ts';
import { rangeText, union, type Range } from './ranges.ts';

/** What happens to a packet that no rule allows: the sender is told, or left to wait. */
export type Denial = 'reject' | 'drop';

/** The named sets that chains refer to. Pods under the same policy share the very list of peers. */
export type Sets = Map<readonly Range[], NamedSet>;

/** A handful of peers reads best in the rule itself. */
const inlinePeers = 4;

function group(items: readonly string[]): string {
  return items.length === 1 ? (items[0] as string) : `{ ${items.join(', ')} }`;
}

function peerMatch(field: string, peers: Rule['peers'], sets: Sets): string {
  if (peers === 'any') return '';
  if (peers.length <= inlinePeers) return `ip ${field} ${group(peers.map(rangeText))} `;
  const set = sets.get(peers) ?? namedSet(peers);
  sets.set(peers, set);
  return `ip ${field} @${set.name} `;
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

/** The rules for one pod and direction, and the sets they need. */
export function podChain(isolation: Isolation, denial: Denial, sets: Sets): string[] {
  const { pod, address, direction, policies, rules } = isolation;
  const field = direction === 'ingress' ? 'saddr' : 'daddr';
  const allowed = rules.flatMap(({ policy, rule, peers, ports }) =>
    portMatches(ports).map((port) => {
      const match = `${peerMatch(field, peers, sets)}${port}`;
      return `${match}counter accept ${comment(`${policy} ${rule}`)}`;
    }),
  );
  return [
    `chain ${chainName(isolation)} {`,
    `  ${comment(pod)}`,
    // Through a Service a pod may come back to itself.
    `  ip ${field} ${address} accept`,
    ...[...allowed, ...denials(denial, comment(`isolated by ${policies.join(', ')}`))].map(
      (line) => `  ${line}`,
    ),
    '}',
  ];
}
