import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { local } from '../../scripts/nodes/local.ts';
import { cached } from '../../scripts/supply/cache.ts';
import { components, type Component } from '../../scripts/supply/components.ts';
import {
  fetchRelease,
  releaseEntry,
  releaseReachable,
  releaseUrl,
} from '../../scripts/supply/release.ts';
import { ensureComponent } from '../../scripts/supply/source.ts';
import { archive, sha256, startMirror, type Mirror, type Mood } from './release-mirror.ts';

/** Any text with this in it. */
const containing = (text: string): string => expect.stringContaining(text) as string;

let mirror: Mirror;
let root = '';
let empty = '';

const program: Component = {
  name: 'program',
  version: '1.0.0',
  modules: { outputs: { program: 'example.org/program' } },
  release: [
    {
      url: 'https://dl.example/v{version}/program',
      sha256Url: 'https://dl.example/v{version}/program.sha256',
      output: 'program',
    },
  ],
};
const packed: Component = {
  ...program,
  name: 'packed',
  release: [
    {
      url: 'https://dl.example/v{version}/packed.tgz',
      sha256Url: 'https://dl.example/v{version}/packed.tgz.sha256',
      members: { 'packed-v{version}/bin/one': 'one', two: 'second' },
    },
  ],
};
const programPath = '/dl.example/v1.0.0/program';
const packedPath = '/dl.example/v1.0.0/packed.tgz';
const content = Buffer.alloc(300_000, 'program ');

const quick = (): { releaseBase: string; stall: number; pause: number } => ({
  releaseBase: mirror.base,
  stall: 300,
  pause: 1,
});

/** Through the cache, as the lab does it. */
async function get(component: Component, told: string[] = []): Promise<string> {
  const tell = (text: string): void => void told.push(text);
  return cached(releaseEntry(component), (work) => fetchRelease(component, work, tell, quick()));
}

/** Every file below the cache. */
async function left(): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\/(store|work)\b/.test(entry.parentPath))
    .map((entry) => entry.name);
}

beforeAll(async () => {
  mirror = await startMirror();
});

afterAll(() => mirror.close());

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lab-release-'));
  empty = join(root, 'empty');
  await mkdir(empty);
  vi.stubEnv('LAB_CACHE_DIR', root);
  mirror.clear();
  mirror.publish(programPath, content);
  mirror.publish(packedPath, await archive(root, ['packed-v1.0.0/bin/one', './two', 'README']));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

describe('a release that is right', () => {
  it('is a program that can be run, and is not fetched twice', async () => {
    const folder = await get(program);
    expect(await readdir(folder)).toEqual(['program']);
    expect(content.equals(await readFile(join(folder, 'program')))).toBe(true);
    expect((await stat(join(folder, 'program'))).mode & 0o777).toBe(0o755);
    const before = mirror.requests.length;
    expect(await get(program)).toBe(folder);
    expect(mirror.requests).toHaveLength(before);
  });

  it('is taken out of its archive, also where names begin with ./', async () => {
    const folder = await get(packed);
    expect((await readdir(folder)).sort()).toEqual(['one', 'second']);
    expect(await readFile(join(folder, 'second'), 'utf8')).toBe('program two');
    expect((await stat(join(folder, 'one'))).mode & 0o777).toBe(0o755);
  });

  it('tells how far it is', async () => {
    const told: string[] = [];
    await get(program, told);
    expect(told.at(-1)).toBe('program: 0.3 of 0.3 MB (100 %)');
  });
});

describe('a release that is wrong', () => {
  it('is removed, and both sums are shown', async () => {
    mirror.moods.set(programPath, ['damaged']);
    await expect(get(program)).rejects.toMatchObject({
      code: 'release-checksum',
      message: 'program has a wrong checksum; it was removed',
      details: `expected ${sha256(content)}\nactual   ${sha256(Buffer.alloc(content.length, 'x'))}`,
      hint: containing('source: modules'),
    });
    expect(await left()).toEqual([]);
  });

  it('is not unpacked before its sum is known', async () => {
    mirror.publish(packedPath, Buffer.from('no archive at all'), `${'0'.repeat(64)}\n`);
    await expect(get(packed)).rejects.toMatchObject({ code: 'release-checksum' });
  });

  it('is refused where the sum is no sum, as behind a log-in page', async () => {
    mirror.files.set(`${programPath}.sha256`, Buffer.from('<html>Please log in</html>'));
    await expect(get(program)).rejects.toMatchObject({
      code: 'release-checksum',
      why: containing('Please log in'),
    });
    expect(mirror.requests).not.toContain(`GET ${programPath}`);
  });

  it('names the member that an archive lacks, and what it has', async () => {
    mirror.publish(packedPath, await archive(root, ['packed-v1.0.0/bin/one', 'README']));
    await expect(get(packed)).rejects.toMatchObject({
      code: 'release-member',
      message: 'packed 1.0.0 lacks two',
      details: containing('README'),
    });
    expect(await left()).toEqual([]);
  });

  it('must be a file inside the archive, not a link to one elsewhere', async () => {
    const folder = join(root, 'linked');
    await mkdir(join(folder, 'packed-v1.0.0', 'bin'), { recursive: true });
    await symlink('/etc/passwd', join(folder, 'packed-v1.0.0', 'bin', 'one'));
    await writeFile(join(folder, 'two'), '');
    await local(['tar', '-czf', join(root, 'linked.tgz'), '-C', folder, 'packed-v1.0.0', 'two']);
    mirror.publish(packedPath, await readFile(join(root, 'linked.tgz')));
    await expect(get(packed)).rejects.toMatchObject({ code: 'release-member' });
  });
});

describe('a transfer that breaks off', () => {
  const broken: Mood[] = ['cut', 'short', 'stall', 'silent', 'dropped', 'failing'];

  it.each(broken)('(%s) once is repeated, and says so', async (mood) => {
    mirror.moods.set(programPath, [mood, 'whole']);
    const told: string[] = [];
    const folder = await get(program, told);
    expect(content.equals(await readFile(join(folder, 'program')))).toBe(true);
    expect(told.filter((text) => text.includes('broke off'))).toEqual([
      expect.stringMatching(/^program: the download broke off \(.+\); attempt 2 of 3$/),
    ]);
  });

  it.each(broken)('(%s) always is given up after three attempts', async (mood) => {
    mirror.moods.set(programPath, [mood]);
    await expect(get(program)).rejects.toMatchObject({
      code: 'release-broken',
      message: 'the download of program broke off',
      why: containing(`3 times in a row (${mirror.base}${programPath})`),
      hint: containing('run the same command again'),
    });
    expect(mirror.requests.filter((line) => line === `GET ${programPath}`)).toHaveLength(3);
    expect(await left()).toEqual([]);
  });

  it('is not one that is only slow', async () => {
    mirror.moods.set(programPath, ['slow']);
    const told: string[] = [];
    await get(program, told);
    expect(told.join()).not.toContain('broke off');
  });

  it('may be that of the checksum', async () => {
    mirror.moods.set(`${programPath}.sha256`, ['cut', 'whole']);
    expect(await readdir(await get(program))).toEqual(['program']);
  });

  it('leaves what came before it usable: the same command again completes', async () => {
    mirror.moods.set(programPath, ['cut', 'cut', 'cut', 'whole']);
    await expect(get(program)).rejects.toMatchObject({ code: 'release-broken' });
    expect(await readdir(await get(program))).toEqual(['program']);
  });
});

describe('a server that has nothing', () => {
  it('answers 404', async () => {
    mirror.moods.set(programPath, ['missing']);
    await expect(get(program)).rejects.toMatchObject({
      code: 'release-status',
      message: 'the download was refused: HTTP 404 Not Found',
      why: `${mirror.base}${programPath}`,
    });
    expect(mirror.requests.filter((line) => line === `GET ${programPath}`)).toHaveLength(1);
  });

  it('does not listen', async () => {
    const closed = { ...quick(), releaseBase: 'http://127.0.0.1:1' };
    await expect(fetchRelease(program, empty, () => {}, closed)).rejects.toMatchObject({
      code: 'release-unreachable',
      message: 'cannot reach 127.0.0.1:1',
      why: expect.stringMatching(
        /.+ \(http:\/\/127\.0\.0\.1:1\/dl\.example\/v1\.0\.0\/program/,
      ) as string,
    });
  });
});

it.each<Mood>(['silent', 'stall'])('stops at once when it is interrupted (%s)', async (mood) => {
  mirror.moods.set(programPath, [mood]);
  const stop = new AbortController();
  const options = { releaseBase: mirror.base, signal: stop.signal };
  const fetching = fetchRelease(program, empty, () => {}, options);
  setTimeout(() => stop.abort(new Error('Ctrl-C')), 100);
  await expect(fetching).rejects.toThrow('Ctrl-C');
  expect(await readdir(empty)).toEqual([]);
});

describe('releaseReachable', () => {
  it('asks for the first file of Kubernetes', async () => {
    const kubernetes = components.find(({ name }) => name === 'kubernetes') as Component;
    const url = releaseUrl(kubernetes.release?.[0]?.url ?? '', kubernetes, mirror.base);
    expect(await releaseReachable(mirror.base)).toBe(false);
    mirror.publish(new URL(url).pathname, content);
    expect(await releaseReachable(mirror.base)).toBe(true);
    expect(mirror.requests.at(-1)).toBe(`HEAD ${new URL(url).pathname}`);
    mirror.moods.set(new URL(url).pathname, ['silent']);
    const began = Date.now();
    expect(await releaseReachable(mirror.base, 200)).toBe(false);
    expect(Date.now() - began).toBeLessThan(2_000);
  });

  it('is false where nobody listens', async () => {
    expect(await releaseReachable('http://127.0.0.1:1')).toBe(false);
  });
});

describe('the real components on a mirror', () => {
  /** Publishes every file of a component in its own layout, with programs of a few bytes. */
  async function publishAll(component: Component): Promise<void> {
    for (const { url, sha256Url, members } of component.release ?? []) {
      const fill = (text: string): string => releaseUrl(text, component, mirror.base);
      const names = Object.keys(members ?? {}).map((name) =>
        fill(`https://x/${name}`).replace(`${mirror.base}/x/`, ''),
      );
      const sent = members ? await archive(root, names) : Buffer.from(`program ${basename(url)}`);
      mirror.files.set(new URL(fill(url)).pathname, sent);
      const line = `${sha256(sent)}  ${basename(fill(url))}\n`;
      mirror.files.set(new URL(fill(sha256Url)).pathname, Buffer.from(line));
    }
  }

  it('come from there without Go, each program under its own name', async () => {
    const tools = join(root, 'tools');
    await mkdir(tools);
    for (const name of ['tar', 'gzip', 'which']) {
      const { stdout } = await local(['which', name]);
      await symlink(stdout.trim(), join(tools, name));
    }
    vi.stubEnv('PATH', tools);
    for (const component of components) {
      if (!component.release) continue;
      await publishAll(component);
      const options = { source: 'auto' as const, ...quick() };
      const { folder, from } = await ensureComponent(component, options, () => {});
      expect(from).toBe('release');
      expect((await readdir(folder)).sort()).toEqual(Object.keys(component.modules.outputs).sort());
    }
  });
});
