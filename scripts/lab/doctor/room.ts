import { access, readdir, readFile, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheRoot, stateRoot } from '../../base/paths.ts';
import { check, gibibytes, gigabytes, type Check, type CheckStatus } from './check.ts';

/**
 * How far the host has come: nothing is built yet, the cache is full, or the environment's nodes exist and
 * already have what they need. Each needs less than the one before.
 */
export type Stage = 'cold' | 'warm' | 'made';

export interface Disk {
  /** What lies on it. */
  uses: readonly string[];
  path: string;
  /** Bytes that this user may still write. */
  free: number;
}

export interface RoomFacts {
  stage: Stage;
  /** MemAvailable, in bytes. */
  memory: number;
  disks: readonly Disk[];
}

interface Limits {
  /** Below this it works, but barely. */
  enough: number;
  /** Below this it does not. */
  least: number;
}

const memoryLimits: Record<Stage, Limits> = {
  cold: { enough: 3 * 2 ** 30, least: 2 * 2 ** 30 },
  warm: { enough: 3 * 2 ** 30, least: 2 * 2 ** 30 },
  made: { enough: 1 * 2 ** 30, least: 0.25 * 2 ** 30 },
};

const diskLimits: Record<Stage, Limits> = {
  cold: { enough: 10e9, least: 6e9 },
  warm: { enough: 4e9, least: 2e9 },
  made: { enough: 2e9, least: 0.5e9 },
};

function judge(amount: number, { enough, least }: Limits): CheckStatus {
  return amount >= enough ? 'ok' : amount >= least ? 'warn' : 'fail';
}

export function memoryCheck({ stage, memory }: RoomFacts): Check {
  const limits = memoryLimits[stage];
  return check({
    id: 'memory',
    title: 'free memory',
    status: judge(memory, limits),
    found: `${gibibytes(memory)} available`,
    why: `${gibibytes(limits.enough)} let three nodes run well, below ${gibibytes(limits.least)} they are killed`,
    fix: [
      '# end other programs, give the machine more memory, or use fewer nodes: lab up --workers 1',
    ],
  });
}

export function diskChecks({ stage, disks }: RoomFacts): Check[] {
  const limits = diskLimits[stage];
  const needs = `${gigabytes(limits.enough)} are comfortable, ${gigabytes(limits.least)} the least`;
  return disks.map(({ uses, path, free }, index) =>
    check({
      id: index === 0 ? 'disk' : `disk-${index + 1}`,
      title: 'free disk',
      status: judge(free, limits),
      found: `${gigabytes(free)} for ${uses.join(' and ')} (${path})`,
      why:
        stage === 'cold'
          ? `building everything once takes room: ${needs}`
          : `nodes write images and logs: ${needs}`,
      fix: [
        '# remove what is not needed, or put the folders on another disk:',
        'export LAB_CACHE_DIR=/big/disk/cache LAB_STATE_DIR=/big/disk/state',
      ],
    }),
  );
}

export function judgeRoom(facts: RoomFacts): Check[] {
  return [memoryCheck(facts), ...diskChecks(facts)];
}

async function present(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function existingAbove(path: string): Promise<string> {
  let at = path;
  while (!(await present(at)) && at !== dirname(at)) at = dirname(at);
  return at;
}

/** Folders on the same disk count once. */
async function disksOf(folders: readonly { use: string; path: string }[]): Promise<Disk[]> {
  const disks = new Map<number, { uses: string[]; path: string; free: number }>();
  for (const { use, path } of folders) {
    const existing = await existingAbove(path);
    const { dev } = await stat(existing);
    const { bavail, bsize } = await statfs(existing);
    const known = disks.get(dev);
    if (known) known.uses.push(use);
    else disks.set(dev, { uses: [use], path, free: bavail * bsize });
  }
  return [...disks.values()];
}

async function stageOf(environment: string): Promise<Stage> {
  if (await present(join(stateRoot(), environment, 'nodes'))) return 'made';
  const store = await readdir(join(cacheRoot(), 'store')).catch(() => []);
  return store.some((name) => name.startsWith('golden-')) ? 'warm' : 'cold';
}

export async function collectRoom(environment: string): Promise<RoomFacts> {
  const meminfo = await readFile('/proc/meminfo', 'utf8');
  const kibibytes = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1]);
  return {
    stage: await stageOf(environment),
    memory: kibibytes * 1024,
    disks: await disksOf([
      { use: 'cache', path: cacheRoot() },
      { use: 'state', path: stateRoot() },
    ]),
  };
}
