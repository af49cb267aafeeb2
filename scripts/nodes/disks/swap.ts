import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readIfExists, writeAtomic } from '../../base/files.ts';

/** A folder that takes the place of another one, complete and beside it on the same disk. */
export interface Swap {
  live: string;
  next: string;
}

const journal = 'restoring.json';

const oldOf = (live: string): string => `${live}.lab-old`;

/** Where the folder that will replace `live` is put together. */
export function nextOf(live: string): string {
  return `${live}.lab-next`;
}

/** Each rename is whole or not at all, and what is done already is passed over. */
async function carryOut(swaps: readonly Swap[]): Promise<void> {
  for (const { live, next } of swaps) {
    if (!existsSync(next)) continue;
    if (existsSync(live)) {
      await rm(oldOf(live), { recursive: true, force: true });
      await rename(live, oldOf(live));
    }
    await mkdir(dirname(live), { recursive: true });
    await rename(next, live);
  }
}

/**
 * Puts all the new folders in place of the old ones. The list is written down first: whoever comes after a crash
 * carries out the rest, so that the nodes never stay half old and half new. The old folders stay.
 */
export async function swapAll(stateDir: string, swaps: readonly Swap[]): Promise<void> {
  const path = join(stateDir, journal);
  await writeAtomic(path, JSON.stringify(swaps));
  await carryOut(swaps);
  await rm(path, { force: true });
}

/** Ends what an interrupted run has begun to put in place. Nothing may use these folders meanwhile. */
export async function finishSwaps(stateDir: string): Promise<void> {
  const path = join(stateDir, journal);
  const text = await readIfExists(path);
  if (text === undefined) return;
  const swaps = JSON.parse(text) as Swap[];
  await carryOut(swaps);
  await rm(path, { force: true });
}

/** What a swap leaves beside the live folder, and what was never finished. */
export function replacedBy(live: string): string[] {
  return [oldOf(live), nextOf(live)];
}
