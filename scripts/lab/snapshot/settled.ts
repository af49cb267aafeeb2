import { join } from 'node:path';
import { readIfExists } from '../../base/files.ts';
import type { EnvironmentSpec } from '../../nodes/provider.ts';

/** Holds when the lab last came up whole. */
export function settledPath({ stateDir }: Pick<EnvironmentSpec, 'stateDir'>): string {
  return join(stateDir, 'settled');
}

/** Milliseconds since 1970; 0 when it never did. */
export async function settledAt(spec: Pick<EnvironmentSpec, 'stateDir'>): Promise<number> {
  return Date.parse((await readIfExists(settledPath(spec))) ?? '') || 0;
}
