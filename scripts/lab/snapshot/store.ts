import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { usageError } from '../../base/errors.ts';
import { writeAtomic } from '../../base/files.ts';
import { suggest } from '../../base/suggest.ts';
import { cniNames } from '../../cluster/cni/names.ts';
import type { EnvironmentSpec } from '../../nodes/provider.ts';
import type { Environment } from '../environment.ts';
import { snapshotFolder, snapshotsFolder } from './folder.ts';

const schema = z.object({
  version: z.literal(1),
  name: z.string(),
  /** ISO time. */
  created: z.string(),
  /** Digest of everything that the nodes were made from and told. */
  key: z.string(),
  nodes: z.array(z.string()),
  /** Whether kubeadm init had been run. */
  cluster: z.boolean(),
  /** The pod network in it. */
  cni: z.enum(cniNames),
  /** Exercises that were set up, each with the number of its attempt. */
  exercises: z.record(z.string(), z.number()),
  /** On the host's disk, beyond what is shared with others. */
  bytes: z.number(),
});
export type Snapshot = z.infer<typeof schema>;

const recordFile = 'snapshot.json';

/** `lab up` takes one of these when it is done, and `lab reset` goes back to it. */
export function cleanName(cni: string): string {
  return `clean-${cni}`;
}

/** A label, so that it can stand in a path; the names of the clean ones are taken. */
export function requireName(name: string): void {
  if (!/^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/.test(name)) {
    throw usageError('bad-name', `"${name}" cannot be the name of a snapshot`, {
      why: 'small letters, digits and hyphens, at most 50, such as before-lunch',
    });
  }
  if (name.startsWith('clean-')) {
    throw usageError('bad-name', `"${name}" is a name for lab up to give`, {
      why: 'snapshots called clean-… are those that lab reset goes back to',
    });
  }
}

/** What is not finished; a snapshot gets its name when it is whole. */
const unfinished = '.new-';

async function readRecord(folder: string): Promise<Snapshot | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(join(folder, recordFile), 'utf8')));
  } catch {
    return undefined;
  }
}

/** All that are whole, the newest first. */
export async function listSnapshots(spec: Pick<EnvironmentSpec, 'stateDir'>): Promise<Snapshot[]> {
  const names = await readdir(snapshotsFolder(spec)).catch(() => []);
  const whole = names.filter((name) => !name.startsWith('.'));
  const found = await Promise.all(whole.map((name) => readRecord(snapshotFolder(spec, name))));
  return found
    .filter((one) => one !== undefined)
    .sort((a, b) => b.created.localeCompare(a.created));
}

/** The clean lab with this pod network, if `lab up` has kept one. */
export async function findClean(
  spec: Pick<EnvironmentSpec, 'stateDir'>,
  cni: string,
): Promise<Snapshot | undefined> {
  return (await listSnapshots(spec)).find(({ name }) => name === cleanName(cni));
}

/** @throws LabError `unknown-snapshot` with a suggestion. */
export async function requireSnapshot(
  spec: Pick<EnvironmentSpec, 'stateDir'>,
  name: string,
): Promise<Snapshot> {
  const all = await listSnapshots(spec);
  const found = all.find((one) => one.name === name);
  if (found) return found;
  throw usageError('unknown-snapshot', `there is no snapshot "${name}"`, {
    why: suggest(
      name,
      all.map((one) => one.name),
    ),
    hint: 'lab snapshot list',
  });
}

export async function deleteSnapshot(
  spec: Pick<EnvironmentSpec, 'stateDir'>,
  name: string,
): Promise<void> {
  const folder = snapshotFolder(spec, name);
  const doomed = join(snapshotsFolder(spec), `${unfinished}${name}-deleted`);
  await rm(doomed, { recursive: true, force: true });
  // A rename first: half of a snapshot must never be found under its name.
  await rename(folder, doomed).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rm(doomed, { recursive: true, force: true });
}

/** Fills a new folder, and gives it its name when it is whole; one that has the name already is replaced. */
export async function storeSnapshot(
  spec: Pick<EnvironmentSpec, 'stateDir'>,
  name: string,
  fill: (folder: string) => Promise<Snapshot>,
): Promise<Snapshot> {
  const root = snapshotsFolder(spec);
  await mkdir(root, { recursive: true, mode: 0o700 });
  // Whatever a killed run has left; the environment's lock keeps others away.
  for (const left of await readdir(root)) {
    if (left.startsWith(unfinished)) await rm(join(root, left), { recursive: true, force: true });
  }
  const work = join(root, `${unfinished}${name}`);
  await mkdir(work, { mode: 0o700 });
  try {
    const snapshot = await fill(work);
    await writeAtomic(join(work, recordFile), `${JSON.stringify(snapshot, null, 2)}\n`);
    await deleteSnapshot(spec, name);
    await rename(work, snapshotFolder(spec, name));
    return snapshot;
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

/**
 * What an environment is made from: two with the same key would come up the same. Needs the supply.
 * The name of the environment is part of it: certificates and addresses carry it.
 */
export function environmentKey({
  config,
  spec,
  provider: { platform },
  supply,
}: Environment): string {
  if (!supply) throw new Error('a key is asked for before the supply');
  const { kubernetes, cni, provider } = config;
  const { name, network, nodes } = spec;
  const parts = { name, network, nodes, kubernetes, cni, provider, engine: platform.name, supply };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
