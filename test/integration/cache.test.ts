import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cached, digest, entryPath, workFolder } from '../../scripts/supply/cache.ts';

let root = '';
const children: ChildProcess[] = [];
const thing = { name: 'thing', key: 'aa' };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lab-cache-'));
  vi.stubEnv('LAB_CACHE_DIR', root);
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

interface Builder {
  process: ChildProcess;
  lines: Interface;
  /** The folder it works in. */
  work: string;
}

async function builder(content: string, ms: number): Promise<Builder> {
  const script = join(import.meta.dirname, 'cache-child.ts');
  const argv = ['--import', 'tsx', script, content, String(ms)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface(child.stdout);
  const [said] = (await once(lines, 'line')) as [string];
  expect(said).toMatch(/^writing /);
  return { process: child, lines, work: said.slice('writing '.length) };
}

async function kill({ process: child }: Builder): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const list = (part: string): Promise<string[]> => readdir(join(root, part)).catch(() => []);

const write =
  (content: string) =>
  async (folder: string): Promise<void> => {
    await writeFile(join(folder, 'first'), content);
    await writeFile(join(folder, 'second'), content);
  };

async function content(folder: string): Promise<string[]> {
  return Promise.all(['first', 'second'].map((name) => readFile(join(folder, name), 'utf8')));
}

describe('cached', () => {
  it('makes an entry once', async () => {
    const folder = await cached(thing, write('new'));
    expect(folder).toBe(join(root, 'store', 'thing-aa'));
    expect(folder).toBe(entryPath(thing));
    expect(await content(folder)).toEqual(['new', 'new']);
    const never = async (): Promise<void> => {
      throw new Error('made again');
    };
    expect(await cached(thing, never)).toBe(folder);
    expect(await list('work')).toEqual([]);
    expect(((await stat(folder)).mode & 0o777).toString(8)).toBe('755');
  });

  it('keeps entries of other keys apart', async () => {
    await cached(thing, write('a'));
    await cached({ ...thing, key: 'bb' }, write('b'));
    expect(await list('store')).toEqual(['thing-aa', 'thing-bb']);
  });

  it('keeps nothing of a failed attempt, and tries again', async () => {
    const failing = async (folder: string): Promise<void> => {
      await writeFile(join(folder, 'first'), 'half');
      throw new Error('no space left');
    };
    await expect(cached(thing, failing)).rejects.toThrow('no space left');
    expect([await list('store'), await list('work')]).toEqual([[], []]);
    expect(await content(await cached(thing, write('new')))).toEqual(['new', 'new']);
  });

  it('is not fooled by what a killed builder left, and removes it', async () => {
    const killed = await builder('killed', 600_000);
    await kill(killed);
    expect(await readFile(join(killed.work, 'first'), 'utf8')).toBe('killed');
    expect(await list('store')).toEqual([]);
    expect(await content(await cached(thing, write('new')))).toEqual(['new', 'new']);
    expect(await list('work')).toEqual([]);
  });

  it('leaves alone what a living builder is at', async () => {
    const other = await builder('other', 1_500);
    await cached({ ...thing, key: 'bb' }, write('b'));
    expect(existsSync(join(other.work, 'first'))).toBe(true);
    const [said] = (await once(other.lines, 'line')) as [string];
    expect(said).toBe(`made ${entryPath(thing)}`);
    expect(await content(entryPath(thing))).toEqual(['other', 'other']);
  });

  it('lets two builders of the same entry both succeed, with the work of one', async () => {
    const other = await builder('other', 500);
    const said = once(other.lines, 'line') as Promise<[string]>;
    const folder = await cached(thing, write('own'));
    expect(await content(folder)).toEqual(['own', 'own']);
    expect(await said).toEqual([`made ${folder}`]);
    expect(await content(folder)).toEqual(['own', 'own']);
    expect([await list('store'), await list('work')]).toEqual([['thing-aa'], []]);
  });

  it('lets many at once in one process succeed', async () => {
    const made = Array.from({ length: 8 }, (_, i) => cached(thing, write(String(i))));
    const folders = await Promise.all(made);
    expect(new Set(folders)).toEqual(new Set([entryPath(thing)]));
    const [first, second] = await content(entryPath(thing));
    expect(first).toBe(second);
    expect(await list('work')).toEqual([]);
  });
});

describe('workFolder', () => {
  it('of a killed process goes when the next one is asked for', async () => {
    const killed = await builder('context', 600_000);
    expect(killed.work.startsWith(join(root, 'work', 'node-image.'))).toBe(true);
    await writeFile(join(killed.work, 'root.tar'), 'large');
    const own = await workFolder('node-image');
    expect((await list('work')).length).toBe(2);
    await kill(killed);
    const next = await workFolder('node-image');
    expect((await list('work')).map((name) => join(root, 'work', name)).sort()).toEqual(
      [own, next].sort(),
    );
  });
});

describe('digest', () => {
  it('knows where one input ends and the next begins', () => {
    const all = [digest('ab', 'c'), digest('a', 'bc'), digest('abc'), digest('abc', '')];
    expect(new Set(all).size).toBe(all.length);
    for (const one of all) expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(digest(Buffer.from('ab'), 'c')).toBe(digest('ab', 'c'));
  });

  it('knows texts apart that have the same length in letters', () => {
    expect(digest('ö', 'a')).not.toBe(digest('ö', 'b'));
    expect(digest('é', '1\nx')).not.toBe(digest('é1\nx'));
  });
});
