import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The project's root: this file is two folders below it, both as source and as built. */
export const projectRoot = resolve(import.meta.dirname, '..', '..');

const product = 'kubernetes-networking-lab';

// An empty variable counts as unset, as the XDG base directory specification has it.

/** Downloads, builds and images, shared by all checkouts of this user. `LAB_CACHE_DIR` overrides it. */
export function cacheRoot(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return process.env.LAB_CACHE_DIR || join(base, product);
}

/** One folder per environment: keys, node data, progress, logs. `LAB_STATE_DIR` overrides it. */
export function stateRoot(): string {
  const base = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return process.env.LAB_STATE_DIR || join(base, product);
}
