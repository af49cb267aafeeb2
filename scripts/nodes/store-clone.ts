import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { local } from './local.ts';

/** Whether the folder's disk lets two files share blocks (btrfs, xfs): tried with one small file. */
async function canReflink(golden: string, target: string): Promise<boolean> {
  const { stdout } = await local(['find', golden, '-name', '*.db', '-print', '-quit']);
  const sample = stdout.trim();
  if (sample === '') return false;
  const copy = `${target}.reflink`;
  const tried = await local(['cp', '--reflink=always', sample, copy], { allowFailure: true });
  await rm(copy, { force: true });
  return tried.exitCode === 0;
}

/** Unfinished clones of processes that are gone; one that is still written to is left for the next time. */
async function removeAbandoned(target: string): Promise<void> {
  for (const name of await readdir(dirname(target)).catch(() => [])) {
    const pid = /\.new\.(\d+)$/.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    await rm(join(dirname(target), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Clones a golden containerd root. Where the disk can share blocks every file is a reflink; elsewhere files get
 * a second name, except the databases, the only ones that containerd changes in place.
 */
export async function cloneStore(golden: string, target: string): Promise<void> {
  // Named by process: the cp of a killed `lab` may still be writing to its own.
  const unfinished = `${target}.new.${process.pid}`;
  await removeAbandoned(target);
  if (await canReflink(golden, target)) {
    await local(['cp', '-a', '--reflink=always', golden, unfinished], { timeout: 300_000 });
  } else await linkStore(golden, unfinished);
  await rename(unfinished, target);
}

async function linkStore(golden: string, target: string): Promise<void> {
  const linked = await local(['cp', '-al', golden, target], {
    allowFailure: true,
    timeout: 300_000,
  });
  if (linked.exitCode !== 0) {
    // Another file system: a full copy is slow, but right.
    await rm(target, { recursive: true, force: true });
    await local(['cp', '-a', golden, target], { timeout: 600_000 });
    return;
  }
  const { stdout } = await local([
    'find',
    golden,
    '-name',
    '*.db',
    '-type',
    'f',
    '-printf',
    '%P\\n',
  ]);
  for (const database of stdout.split('\n').filter(Boolean)) {
    await local([
      'cp',
      '-a',
      '--remove-destination',
      join(golden, database),
      join(target, database),
    ]);
  }
}
