import { groupBy } from './group.ts';
import type { Direction } from './model.ts';

/** A rule in force, and how often it decided. */
export interface RuleCount {
  /** Of the pods of this node that are sent through it. */
  addresses: string[];
  direction: Direction;
  /** As in "shop/db ingress[0]", or "isolated by shop/db" for the last ones, which refuse. */
  rule: string;
  verdict: 'allows' | 'refuses';
  packets: number;
  bytes: number;
}

const chainLine = /^\tchain ((?:pod-(\S+)|policy-\S+)-(ingress|egress)) \{$/;
const jumpLine = /^\t\tjump (\S+)$/;
const ruleLine = /counter packets (\d+) bytes (\d+) (accept|reject|drop)\b.* comment "([^"]*)"/;

interface Chain {
  name: string;
  /** None for that of a policy. */
  address?: string | undefined;
  direction: Direction;
  lines: string[];
}

function chainsOf(listing: string): Chain[] {
  const chains: Chain[] = [];
  let open: Chain | undefined;
  for (const line of listing.split('\n')) {
    const begin = chainLine.exec(line);
    if (begin) {
      const [, name = '', address, direction] = begin;
      open = { name, address, direction: direction as Direction, lines: [] };
      chains.push(open);
    } else if (/^\t\}/.test(line)) open = undefined;
    else open?.lines.push(line);
  }
  return chains;
}

/** The rules of `nft list table inet labnet_policy`; lines of one rule, such as several ports, are summed up. */
export function ruleCounts(listing: string): RuleCount[] {
  const chains = chainsOf(listing);
  const through = groupBy(chains, ({ lines }) =>
    lines.flatMap((line) => jumpLine.exec(line)?.[1] ?? []),
  );
  const found = new Map<string, RuleCount>();
  for (const { name, address, direction, lines } of chains) {
    const pods = address === undefined ? (through.get(name) ?? []) : [{ address }];
    const addresses = pods.flatMap((pod) => pod.address ?? []);
    for (const line of lines) {
      const rule = ruleLine.exec(line);
      if (!rule) continue;
      const [, packets, bytes, verb, comment = ''] = rule;
      const verdict = verb === 'accept' ? 'allows' : 'refuses';
      const key = `${name} ${comment}`;
      const none = { addresses, direction, rule: comment, verdict, packets: 0, bytes: 0 } as const;
      const sum = found.get(key) ?? none;
      found.set(key, {
        ...sum,
        packets: sum.packets + Number(packets),
        bytes: sum.bytes + Number(bytes),
      });
    }
  }
  return [...found.values()];
}
