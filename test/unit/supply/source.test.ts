import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LabError } from '../../../scripts/base/errors.ts';
import { entryPath } from '../../../scripts/supply/cache.ts';
import type { Component } from '../../../scripts/supply/components.ts';
import * as modules from '../../../scripts/supply/modules.ts';
import { releaseEntry } from '../../../scripts/supply/release.ts';
import { ensureComponent, type SupplyOptions } from '../../../scripts/supply/source.ts';

/** Any text with this in it. */
const containing = (text: string): string => expect.stringContaining(text) as string;

vi.mock('../../../scripts/supply/modules.ts', () => ({
  goVersion: vi.fn(),
  moduleEntry: vi.fn(),
  buildFromModules: vi.fn(),
}));

const thing: Component = {
  name: 'thing',
  version: '1.2.3',
  modules: { outputs: { thing: 'example.org/thing' } },
  release: [
    { url: 'https://example.org/thing', sha256Url: 'https://example.org/sum', output: 'thing' },
  ],
};
const unpublished: Component = { name: 'plain', version: '1.0.0', modules: thing.modules };
const built = { name: 'thing', key: 'built' };
const ignore = (): void => {};
const noGo = new LabError('no-go', 'Go 1.26 or newer is needed', { why: 'no `go` on the PATH' });

let root = '';
/** What fetch was asked for; it always fails. */
const asked: string[] = [];
let mirrors = 0;

/** A new mirror each time: the answer about one is remembered for the whole process. */
function options(more: Partial<SupplyOptions> = {}): SupplyOptions {
  return { source: 'auto', releaseBase: `http://mirror-${++mirrors}.invalid`, ...more };
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lab-source-'));
  vi.stubEnv('LAB_CACHE_DIR', root);
  asked.length = 0;
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    throw new TypeError('fetch failed');
  });
  vi.mocked(modules.goVersion).mockResolvedValue('go1.26.1');
  vi.mocked(modules.moduleEntry).mockImplementation(async ({ name }) => ({ name, key: 'built' }));
  vi.mocked(modules.buildFromModules).mockImplementation(async (_, folder) => {
    await writeFile(join(folder, 'thing'), 'built');
  });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
  await rm(root, { recursive: true });
});

describe('auto', () => {
  it.each([
    ['a release', releaseEntry(thing), 'release'],
    ['a build', built, 'modules'],
  ])('takes %s from the cache without asking the network', async (_, entry, from) => {
    await mkdir(entryPath(entry), { recursive: true });
    expect(await ensureComponent(thing, options(), ignore)).toEqual({
      folder: entryPath(entry),
      from,
    });
    expect(asked).toEqual([]);
    expect(modules.buildFromModules).not.toHaveBeenCalled();
  });

  it('finds a cached release without Go', async () => {
    vi.mocked(modules.goVersion).mockRejectedValue(noGo);
    await mkdir(entryPath(releaseEntry(thing)), { recursive: true });
    expect((await ensureComponent(thing, options(), ignore)).from).toBe('release');
  });

  it('builds where no release can be reached, and says so', async () => {
    const told: string[] = [];
    const supplied = await ensureComponent(thing, options(), (text) => told.push(text));
    expect(supplied).toEqual({ folder: entryPath(built), from: 'modules' });
    expect(told.join()).toContain('no release can be reached within 3 s');
  });

  it('asks once for all components', async () => {
    const same = options();
    await Promise.all([
      ensureComponent(thing, same, ignore),
      ensureComponent({ ...thing, name: 'other' }, same, ignore),
    ]);
    await ensureComponent({ ...thing, name: 'third' }, same, ignore);
    expect(asked).toHaveLength(1);
    expect(modules.buildFromModules).toHaveBeenCalledTimes(3);
  });

  describe('where Kubernetes can be reached', () => {
    function answer(get: () => Promise<Response>): void {
      vi.stubGlobal('fetch', (_: string, { method }: RequestInit) =>
        method === 'HEAD' ? Promise.resolve(new Response()) : get(),
      );
    }

    it('builds what lies on another server that cannot', async () => {
      answer(() => Promise.reject(new TypeError('fetch failed')));
      expect((await ensureComponent(thing, options(), ignore)).from).toBe('modules');
    });

    it('does not build around an answer that is wrong', async () => {
      answer(() => Promise.resolve(new Response('<html>')));
      await expect(ensureComponent(thing, options(), ignore)).rejects.toMatchObject({
        code: 'release-checksum',
      });
      expect(modules.buildFromModules).not.toHaveBeenCalled();
    });
  });

  it('names both reasons where neither way is open', async () => {
    vi.mocked(modules.goVersion).mockRejectedValue(noGo);
    await expect(ensureComponent(thing, options(), ignore)).rejects.toMatchObject({
      code: 'no-source',
      message: 'thing 1.2.3 can be neither downloaded nor built',
      why: expect.stringMatching(/no release can be reached.*Go 1\.26/) as string,
    });
  });

  it('does not ask the network about what is not published', async () => {
    expect((await ensureComponent(unpublished, options(), ignore)).from).toBe('modules');
    expect(asked).toEqual([]);
  });

  it('prefers a bundle that is named', async () => {
    await mkdir(join(root, 'b', 'components', 'thing-1.2.3'), { recursive: true });
    await writeFile(join(root, 'b', 'components', 'thing-1.2.3', 'thing'), '');
    const supplied = await ensureComponent(thing, options({ bundle: join(root, 'b') }), ignore);
    expect(supplied.from).toBe('bundle');
    expect(asked).toEqual([]);
  });
});

describe('release', () => {
  it('never builds what is published', async () => {
    await expect(
      ensureComponent(thing, options({ source: 'release' }), ignore),
    ).rejects.toMatchObject({ code: 'release-unreachable' });
    expect(modules.buildFromModules).not.toHaveBeenCalled();
  });

  it('builds what is not', async () => {
    const supplied = await ensureComponent(unpublished, options({ source: 'release' }), ignore);
    expect(supplied.from).toBe('modules');
  });
});

describe('modules', () => {
  it('does not take a cached release', async () => {
    await mkdir(entryPath(releaseEntry(thing)), { recursive: true });
    const supplied = await ensureComponent(thing, options({ source: 'modules' }), ignore);
    expect(supplied.from).toBe('modules');
  });

  it('keeps nothing of a build that failed', async () => {
    vi.mocked(modules.buildFromModules).mockImplementation(async (_, folder) => {
      await writeFile(join(folder, 'half'), '');
      throw new LabError('module-build', 'thing did not build');
    });
    const only = options({ source: 'modules' });
    await expect(ensureComponent(thing, only, ignore)).rejects.toMatchObject({
      code: 'module-build',
    });
    vi.mocked(modules.buildFromModules).mockResolvedValue(undefined);
    await ensureComponent(thing, only, ignore);
    expect(modules.buildFromModules).toHaveBeenCalledTimes(2);
  });
});

describe('bundle', () => {
  it('says which option is missing', async () => {
    await expect(
      ensureComponent(thing, options({ source: 'bundle' }), ignore),
    ).rejects.toMatchObject({ code: 'no-bundle', hint: containing('supply.bundle') });
  });

  it('says that a packed bundle must be unpacked', async () => {
    const bundle = join(root, 'lab-bundle.tar');
    await writeFile(bundle, '');
    await expect(
      ensureComponent(thing, options({ source: 'bundle', bundle }), ignore),
    ).rejects.toMatchObject({ code: 'no-bundle', why: containing('it is a file') });
  });

  it('names the program that a bundle lacks', async () => {
    await mkdir(join(root, 'components', 'thing-1.2.3'), { recursive: true });
    await expect(
      ensureComponent(thing, options({ source: 'bundle', bundle: root }), ignore),
    ).rejects.toMatchObject({ code: 'no-bundle', why: 'thing is missing' });
  });
});
