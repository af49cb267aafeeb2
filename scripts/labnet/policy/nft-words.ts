import { createHash } from 'node:crypto';
import type { Isolation } from './isolation.ts';
import type { Direction } from './model.ts';

/** The one table that is ours; nothing is ever said about any other. */
export const table = 'inet labnet_policy';

/** What is longer is cut: nft takes 128 characters. */
const longest = 120;

/**
 * A comment of nft. Names from the API are DNS names, which need no escaping; anything else is refused, as a quote
 * would let its author write rules.
 */
export function comment(text: string): string {
  if (!/^[\w ./,()[\]-]*$/.test(text)) throw new Error(`not fit for a comment: ${text}`);
  return `comment "${text.length > longest ? `${text.slice(0, longest - 3)}...` : text}"`;
}

/** nft takes letters, digits and these marks in a name; see "string" in its scanner. A long name keeps its digest. */
function named(text: string): string {
  if (!/^[\w./-]+$/.test(text)) throw new Error(`not fit for a name: ${text}`);
  if (text.length <= longest) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `${text.slice(0, longest - 13)}-${digest}`;
}

/** Names begin with a word of ours, since nft takes many plain words for keywords. */
export function chainName({
  address,
  direction,
}: Pick<Isolation, 'address' | 'direction'>): string {
  return `pod-${address}-${direction}`;
}

/** The chain of what one policy allows; every pod that it selects is sent through it. */
export function policyChainName(policy: string, direction: Direction): string {
  return named(`policy-${policy}-${direction}`);
}

/** The set of the pods that a rule lets through. */
export function setName(peerList: string): string {
  return named(`peers-${peerList}`);
}

export function mapName(direction: Direction): string {
  return `${direction}_pods`;
}
