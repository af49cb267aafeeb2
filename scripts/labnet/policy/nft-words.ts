import { createHash } from 'node:crypto';
import type { Isolation } from './isolation.ts';
import type { Direction } from './model.ts';
import { rangeText, type Range } from './ranges.ts';

/** The one table that is ours; nothing is ever said about any other. */
export const table = 'inet labnet_policy';

/** Longer names are cut: nft takes 128 characters. */
const longest = 120;

/**
 * A comment of nft. Names from the API are DNS names, which need no escaping; anything else is refused, as a quote
 * would let its author write rules.
 */
export function comment(text: string): string {
  if (!/^[\w ./,()[\]-]*$/.test(text)) throw new Error(`not fit for a comment: ${text}`);
  return `comment "${text.length > longest ? `${text.slice(0, longest - 3)}...` : text}"`;
}

/** Names begin with a word of ours, since nft takes many plain words for keywords. */
export function chainName({
  address,
  direction,
}: Pick<Isolation, 'address' | 'direction'>): string {
  return `pod-${address}-${direction}`;
}

export interface NamedSet {
  name: string;
  elements: string;
}

/** Named by its content: pods with the same peers share a set, and a set never has to change. */
export function namedSet(ranges: readonly Range[]): NamedSet {
  const elements = ranges.map(rangeText).join(', ');
  const digest = createHash('sha256').update(elements).digest('hex');
  return { name: `peers-${digest.slice(0, 12)}`, elements };
}

export function mapName(direction: Direction): string {
  return `${direction}_pods`;
}
