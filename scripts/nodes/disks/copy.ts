import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { local } from '../local.ts';

const long = 10 * 60_000;

/** Zeros take no room in a copy: etcd sets 128 MB of them aside before it has written anything. */
const copying = ['--archive', '--reflink=auto', '--sparse=always'];

/** Copies a tree with all that a root file system may hold, to a folder that is made anew. */
export async function copyTree(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true });
  await local(['cp', ...copying, '--no-target-directory', from, to], {
    timeout: long,
  });
}

/**
 * Copies a tree in which most files never change: those get a second name, which takes no time and no room. `own` are the
 * others, as paths below the tree; they become real copies.
 */
export async function linkTree(from: string, to: string, own: readonly string[]): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true });
  const links = ['cp', '--archive', '--link', '--no-target-directory', from, to];
  const linked = await local(links, { timeout: long, allowFailure: true });
  // Another file system, where files cannot have a second name.
  if (linked.exitCode !== 0) return copyTree(from, to);
  if (own.length === 0) return;
  const copies = ['cp', ...copying, '--parents', '--remove-destination'];
  await local(['xargs', '--null', ...copies, '--target-directory', to], {
    cwd: from,
    stdin: own.map((path) => `./${path}\0`).join(''),
    timeout: long,
  });
}
