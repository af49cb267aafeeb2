import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDisks, saveDisks, stageDisks } from '../../../../scripts/nodes/disks/saved.ts';
import { nextOf } from '../../../../scripts/nodes/disks/swap.ts';
import type { EnvironmentSpec } from '../../../../scripts/nodes/provider.ts';

let folder: string;
let environment: EnvironmentSpec;
const disks = (): { name: string; root: string; store: string } => ({
  name: 'node1',
  root: join(folder, 'live', 'root'),
  store: join(folder, 'live', 'store'),
});
const golden = (): string => join(folder, 'golden');
const saved = (...path: string[]): string => join(folder, 'saved', ...path);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-disks-'));
  environment = {
    name: 'x',
    network: '10.0.0.0/24',
    nodes: [{ name: 'node1', role: 'worker', address: '10.0.0.2' }],
    stateDir: join(folder, 'state'),
    sharedDir: join(folder, 'shared'),
    internal: [],
  };
  const { root, store } = disks();
  for (const path of [root, store, golden(), join(folder, 'state', 'keys')]) {
    mkdirSync(path, { recursive: true });
  }
  mkdirSync(join(folder, 'state', 'nodes', 'node1', 'seed'), { recursive: true });
  writeFileSync(join(golden(), 'layer'), 'an image');
  linkSync(join(golden(), 'layer'), join(store, 'layer'));
  writeFileSync(join(store, 'meta.db'), 'containers');
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc', 'hosts'), 'names', { mode: 0o600 });
  symlinkSync('hosts', join(root, 'etc', 'link'));
  writeFileSync(join(root, 'wal'), '');
  truncateSync(join(root, 'wal'), 1_000_000);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function save(): Promise<{ bytes: number }> {
  const from = { image: 'node:1', golden: golden() };
  return (await saveDisks(environment, [disks()], saved(), from))();
}

describe('saved disks', () => {
  it('share what never changes, and nothing else', async () => {
    const { bytes } = await save();
    const layer = statSync(saved('nodes', 'node1', 'containerd', 'layer'));
    expect(layer.ino).toBe(statSync(join(golden(), 'layer')).ino);
    const database = statSync(saved('nodes', 'node1', 'containerd', 'meta.db'));
    expect(database.ino).not.toBe(statSync(join(disks().store, 'meta.db')).ino);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(200_000);
  });

  it('are what they were: content, mode, links, holes', async () => {
    await save();
    const root = saved('nodes', 'node1', 'root');
    expect(readFileSync(join(root, 'etc', 'link'), 'utf8')).toBe('names');
    expect(statSync(join(root, 'etc', 'hosts')).mode & 0o777).toBe(0o600);
    const { size, blocks } = statSync(join(root, 'wal'));
    expect([size, blocks]).toEqual([1_000_000, 0]);
    await expect(checkDisks(saved())).resolves.toMatchObject({ image: 'node:1' });
  });

  it.each([
    [
      'a content',
      'node1/root/etc/hosts',
      (root: string) => appendFileSync(join(root, 'etc', 'hosts'), '!'),
    ],
    [
      'a hole that was written to',
      'node1/root/wal',
      (root: string) => writeFileSync(join(root, 'wal'), 'x'.repeat(1_000_000)),
    ],
    [
      'a file that is gone',
      'node1/root/etc/link',
      (root: string) => rmSync(join(root, 'etc', 'link')),
    ],
    [
      'a file too many',
      'node1/root/etc/more',
      (root: string) => writeFileSync(join(root, 'etc', 'more'), ''),
    ],
    [
      'a mode',
      'node1/root/etc/hosts',
      (root: string) => execFileSync('chmod', ['644', join(root, 'etc', 'hosts')]),
    ],
  ])('are refused when they were changed: %s', async (_, path, change) => {
    await save();
    change(saved('nodes', 'node1', 'root'));
    await expect(checkDisks(saved())).rejects.toMatchObject({
      code: 'snapshot-damaged',
      details: expect.stringContaining(path) as string,
    });
  });

  it('are refused when the list of digests was changed with them', async () => {
    await save();
    appendFileSync(saved('manifest.txt'), '\n');
    await expect(checkDisks(saved())).rejects.toMatchObject({ code: 'snapshot-damaged' });
  });

  it('are put beside the live ones, of which none is touched', async () => {
    await save();
    const { root, store } = disks();
    writeFileSync(join(root, 'etc', 'hosts'), 'broken');
    const swaps = await stageDisks(environment, [disks()], saved(), { golden: golden() });
    expect(readFileSync(join(root, 'etc', 'hosts'), 'utf8')).toBe('broken');
    expect(readFileSync(join(nextOf(root), 'etc', 'hosts'), 'utf8')).toBe('names');
    const copy = statSync(join(nextOf(store), 'meta.db'));
    expect(copy.ino).not.toBe(statSync(saved('nodes', 'node1', 'containerd', 'meta.db')).ino);
    expect(swaps.map(({ live }) => live)).toContain(root);
  });
});
