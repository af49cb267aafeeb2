import { createHash } from 'node:crypto';
import { access, chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheRoot } from '../base/paths.ts';

/** The first 16 hex digits of a SHA-256 over the inputs: enough to tell builds apart. */
export function digest(...inputs: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(String(input.length)).update('\n').update(input);
  return hash.digest('hex').slice(0, 16);
}

export interface CacheEntry {
  /** What it is, as the first part of the folder's name. */
  name: string;
  /** Digest of everything that decides the content. */
  key: string;
}

/** The folder of an entry; it exists only when it is complete. */
export function entryPath(entry: CacheEntry): string {
  return join(cacheRoot(), 'store', `${entry.name}-${entry.key}`);
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Removes what killed processes left: work folders carry their maker's pid. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = /\.(\d+)\.[0-9A-Za-z]+$/.exec(name)?.[1];
    if (pid !== undefined && !(await exists(`/proc/${pid}`))) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

/** A new folder on the cache's disk, to be removed by the caller; that of a killed caller goes with the next one. */
export async function workFolder(name: string): Promise<string> {
  const work = join(cacheRoot(), 'work');
  await mkdir(work, { recursive: true });
  await removeAbandoned(work);
  return mkdtemp(join(work, `${name}.${process.pid}.`));
}

/**
 * Returns the entry's folder, making it first where it is missing. `make` fills an empty work folder that is
 * renamed when complete: an interrupted build leaves nothing that looks finished. Two builders at once
 * both succeed; the second one's work is dropped.
 */
export async function cached(
  entry: CacheEntry,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const target = entryPath(entry);
  if (await exists(target)) return target;
  const folder = await workFolder(basename(target));
  try {
    await make(folder);
    // mkdtemp keeps it to its maker; the cache is as readable as any other folder.
    await chmod(folder, 0o755);
    await mkdir(join(cacheRoot(), 'store'), { recursive: true });
    await rename(folder, target).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return target;
}
