import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../base/errors.ts';
import { copyTree, linkTree } from './copy.ts';
import { listTree, manifestOf, manifestProblems, type Entry } from './manifest.ts';
import { nextOf, replacedBy, type Swap } from './swap.ts';
import { inBackground } from '../local.ts';
import { seedFolder } from '../identity.ts';
import type { EnvironmentSpec, SavedDisks } from '../provider.ts';

/** What a node container keeps on the host. */
export interface NodeDisks {
  name: string;
  /** Everything that differs from its image: the upper folder of the engine's overlay. */
  root: string;
  /** Its containerd root. */
  store: string;
}

const savedSchema = z.object({
  version: z.literal(1),
  /** The node image that the root folders lie over. */
  image: z.string(),
  /** The containerd root whose files the stores share. */
  golden: z.string(),
  nodes: z.array(z.string()),
  /** SHA-256 of the manifest. */
  manifest: z.string(),
  /** On the disk, beyond what is shared with the golden store. */
  bytes: z.number(),
});
type Saved = z.infer<typeof savedSchema>;

const summaryFile = 'disks.json';
const manifestFile = 'manifest.txt';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Trees of one saved node, by name. */
const parts = ['root', 'containerd', 'seed'] as const;
type Part = (typeof parts)[number];

function partOf(folder: string, node: string, part: Part): string {
  return join(folder, 'nodes', node, part);
}

function keysOf({ stateDir }: EnvironmentSpec): string {
  return join(stateDir, 'keys');
}

/** Which files of a store are those of the golden one. */
async function goldenFiles(golden: string): Promise<(entry: Entry) => boolean> {
  const inodes = new Set((await listTree(golden)).map(({ inode }) => inode));
  return ({ inode }) => inodes.has(inode);
}

/** Files of a store that may be written to, and so must not have a second name. */
function ownFiles(store: readonly Entry[], isGolden: (entry: Entry) => boolean): string[] {
  return store.filter((one) => one.type === 'f' && !isGolden(one)).map(({ path }) => path);
}

/** The manifest of all that is saved in the folder, and what it takes on the disk. */
async function survey(
  folder: string,
  nodes: readonly string[],
  golden: string,
): Promise<{ lines: string[]; bytes: number }> {
  const isGolden = await goldenFiles(golden);
  const trees = nodes.flatMap((node) => parts.map((part) => ({ node, part })));
  const found = await Promise.all(
    trees.map(async ({ node, part }) => {
      const tree = partOf(folder, node, part);
      const entries = await listTree(tree);
      const lines = await manifestOf(`${node}/${part}`, tree, entries, isGolden);
      const own = entries.filter(({ type, links }) => type === 'f' && links === 1);
      const bytes = own.reduce((sum, entry) => sum + entry.bytes, 0);
      return { lines, bytes };
    }),
  );
  return {
    lines: found.flatMap(({ lines }) => lines),
    bytes: found.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/**
 * Copies the disks of nodes that are stopped or frozen. Files of the golden store, which nobody ever writes to, are shared
 * with it; everything else is a real copy.
 */
export async function saveDisks(
  environment: EnvironmentSpec,
  nodes: readonly NodeDisks[],
  folder: string,
  { image, golden }: Pick<Saved, 'image' | 'golden'>,
): Promise<() => Promise<SavedDisks>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const isGolden = await goldenFiles(golden);
  await Promise.all(
    nodes.map(async ({ name, root, store }) => {
      const own = ownFiles(await listTree(store), isGolden);
      await Promise.all([
        linkTree(store, partOf(folder, name, 'containerd'), own),
        copyTree(root, partOf(folder, name, 'root')),
        copyTree(seedFolder(environment, name), partOf(folder, name, 'seed')),
      ]);
    }),
  );
  await copyTree(keysOf(environment), join(folder, 'keys'));
  const names = nodes.map(({ name }) => name);
  // Reading it all again may be done when the nodes run on.
  return async () => {
    const { lines, bytes } = await survey(folder, names, golden);
    const text = `${lines.join('\n')}\n`;
    const saved: Saved = { version: 1, image, golden, nodes: names, manifest: sha256(text), bytes };
    await writeFile(join(folder, manifestFile), text);
    await writeFile(join(folder, summaryFile), `${JSON.stringify(saved, null, 2)}\n`);
    return { bytes };
  };
}

function damaged(folder: string, why: string, details?: string): LabError {
  return new LabError('snapshot-damaged', `the saved disks in ${folder} are not what was saved`, {
    why,
    ...(details === undefined ? {} : { details }),
    hint: 'lab snapshot list shows others; lab down && lab up makes the lab anew',
  });
}

export async function readSaved(folder: string): Promise<Saved> {
  try {
    return savedSchema.parse(JSON.parse(await readFile(join(folder, summaryFile), 'utf8')));
  } catch (cause) {
    throw damaged(folder, `${summaryFile} is missing or cannot be read`, String(cause));
  }
}

/** Compares every saved file with its digest. @throws LabError `snapshot-damaged` naming some that differ. */
export async function checkDisks(folder: string): Promise<Saved> {
  const saved = await readSaved(folder);
  const noted = await readFile(join(folder, manifestFile), 'utf8').catch(() => '');
  if (sha256(noted) !== saved.manifest) throw damaged(folder, `${manifestFile} was changed`);
  if (!existsSync(saved.golden)) {
    throw damaged(folder, `the image store that it shares files with is gone: ${saved.golden}`);
  }
  const { lines } = await survey(folder, saved.nodes, saved.golden);
  const problems = manifestProblems(noted.trimEnd().split('\n'), lines, 10);
  if (problems.length > 0)
    throw damaged(folder, 'files differ from their digests', problems.join('\n'));
  return saved;
}

async function stage(live: string, copy: (next: string) => Promise<void>): Promise<Swap> {
  const next = nextOf(live);
  await copy(next);
  return { live, next };
}

/** Copies saved disks to where the nodes' own can be replaced by them; nothing else is touched. */
export async function stageDisks(
  environment: EnvironmentSpec,
  nodes: readonly NodeDisks[],
  folder: string,
  { golden }: Pick<Saved, 'golden'>,
): Promise<Swap[]> {
  const isGolden = await goldenFiles(golden);
  return Promise.all([
    ...nodes.flatMap(({ name, root, store }) => {
      const saved = (part: Part): string => partOf(folder, name, part);
      return [
        stage(root, (next) => copyTree(saved('root'), next)),
        stage(seedFolder(environment, name), (next) => copyTree(saved('seed'), next)),
        stage(store, async (next) => {
          const own = ownFiles(await listTree(saved('containerd')), isGolden);
          await linkTree(saved('containerd'), next, own);
        }),
      ];
    }),
    stage(keysOf(environment), (next) => copyTree(join(folder, 'keys'), next)),
  ]);
}

/** Where a node's containerd root may be: one is in use, the other is for a standby node. */
export function storeFolders({ stateDir }: EnvironmentSpec, node: string): string[] {
  return ['containerd', 'containerd-2'].map((name) => join(stateDir, 'nodes', node, name));
}

/** Fills the store of a node that is not made yet; the answer fills its root, once the engine says where that is. */
export async function fillNode(
  folder: string,
  node: string,
  { golden }: Pick<Saved, 'golden'>,
  store: string,
): Promise<(root: string) => Promise<void>> {
  const from = partOf(folder, node, 'containerd');
  await linkTree(from, store, ownFiles(await listTree(from), await goldenFiles(golden)));
  return (root) => copyTree(partOf(folder, node, 'root'), root);
}

/** What restores have replaced, removed by a process that nobody waits for; the next restore does what it did not. */
export function removeReplaced(environment: EnvironmentSpec, nodes: readonly NodeDisks[]): void {
  const seeds = environment.nodes.map(({ name }) => seedFolder(environment, name));
  const disks = nodes.flatMap(({ root, store }) => [root, store]);
  const old = [...disks, ...seeds, keysOf(environment)].flatMap(replacedBy).filter(existsSync);
  if (old.length > 0) inBackground(['nice', '-n', '19', 'rm', '-rf', ...old]);
}
