import { join } from 'node:path';
import { readIfExists, writeAtomic } from '../../base/files.ts';
import type { EnvironmentSpec } from '../../nodes/provider.ts';

type Place = Pick<EnvironmentSpec, 'stateDir'>;

/** Holds when the lab last came up whole. */
const settledPath = ({ stateDir }: Place): string => join(stateDir, 'settled');

/** Notes that the lab has come up whole now. */
export function markSettled(place: Place): Promise<void> {
  return writeAtomic(settledPath(place), `${new Date().toISOString()}\n`);
}

/** Milliseconds since 1970; 0 when it never did. */
export async function settledAt(place: Place): Promise<number> {
  const text = (await readIfExists(settledPath(place))) ?? '';
  // With the end of its line it would be no date.
  return Date.parse(text.trim()) || 0;
}
