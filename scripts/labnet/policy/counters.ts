import type { Direction } from './model.ts';

/** A rule in force, and how often it decided. */
export interface RuleCount {
  address: string;
  direction: Direction;
  /** As in "shop/db ingress[0]", or "isolated by shop/db" for the last ones, which refuse. */
  rule: string;
  verdict: 'allows' | 'refuses';
  packets: number;
  bytes: number;
}

const chainLine = /^\tchain pod-(\S+)-(ingress|egress) \{$/;
const ruleLine = /counter packets (\d+) bytes (\d+) (accept|reject|drop)\b.* comment "([^"]*)"/;

/** The rules of `nft list table inet labnet_policy`; lines of one rule, such as several ports, are summed up. */
export function ruleCounts(listing: string): RuleCount[] {
  const found = new Map<string, RuleCount>();
  let place: Pick<RuleCount, 'address' | 'direction'> | undefined;
  for (const line of listing.split('\n')) {
    const chain = chainLine.exec(line);
    if (chain) place = { address: chain[1] ?? '', direction: chain[2] as Direction };
    else if (/^\t\}/.test(line)) place = undefined;
    const rule = ruleLine.exec(line);
    if (!place || !rule) continue;
    const [, packets, bytes, verb, comment = ''] = rule;
    const verdict = verb === 'accept' ? 'allows' : 'refuses';
    const key = `${place.address} ${place.direction} ${comment}`;
    const sum = found.get(key) ?? { ...place, rule: comment, verdict, packets: 0, bytes: 0 };
    sum.packets += Number(packets);
    sum.bytes += Number(bytes);
    found.set(key, sum);
  }
  return [...found.values()];
}
