import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { entryPath } from '../../scripts/supply/cache.ts';
import { components } from '../../scripts/supply/components.ts';
import { goVersion, moduleEntry } from '../../scripts/supply/modules.ts';
import { ensureComponent } from '../../scripts/supply/source.ts';

/** Nothing listens there: what a room without internet looks like. */
const nowhere = 'http://127.0.0.1:9';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-offline-'));
  vi.stubEnv('LAB_CACHE_DIR', join(folder, 'cache'));
  vi.stubEnv('GOMODCACHE', join(folder, 'modules'));
  vi.stubEnv('GOPROXY', nowhere);
  vi.stubEnv('GONOSUMDB', '*');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const component = components.find(({ name }) => name === 'flannel-cni');

test('an unreachable module proxy is named, and nothing half-made is kept', async () => {
  if (!component) throw new Error('no flannel-cni');
  const building = ensureComponent(component, { source: 'modules' }, () => undefined);
  await expect(building).rejects.toMatchObject({
    code: 'module-build',
    why: expect.stringContaining('proxy cannot be reached'),
    hint: expect.stringContaining('GOPROXY'),
  });
  expect(await readdir(join(folder, 'cache', 'work')).catch(() => [])).toEqual([]);
});

test('what the cache holds is used without a proxy', async () => {
  if (!component) throw new Error('no flannel-cni');
  const entry = entryPath(await moduleEntry(component, await goVersion()));
  const { mkdir, writeFile } = await import('node:fs/promises');
  await mkdir(entry, { recursive: true });
  await writeFile(join(entry, 'flannel'), 'built before');
  const supplied = await ensureComponent(component, { source: 'modules' }, () => undefined);
  expect(supplied.folder).toBe(entry);
});
