import { lstat, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copyTree, linkTree } from '../../../../scripts/nodes/disks/copy.ts';

let folder = '';
let from = '';
let to = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-copy-'));
  [from, to] = [join(folder, 'from'), join(folder, 'deep', 'to')];
  await mkdir(join(from, 'var'), { recursive: true });
  await writeFile(join(from, 'var', 'zeros'), Buffer.alloc(8_000_000));
  await writeFile(join(from, 'var', 'text'), 'text', { mode: 0o640 });
  await symlink('text', join(from, 'var', 'link'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('copies what a tree has, and gives zeros no room', async () => {
  await copyTree(from, to);
  const zeros = await stat(join(to, 'var', 'zeros'));
  expect([zeros.size, zeros.blocks]).toEqual([8_000_000, 0]);
  const text = await stat(join(to, 'var', 'text'));
  expect([text.size, text.mode & 0o777, text.nlink]).toEqual([4, 0o640, 1]);
  expect((await lstat(join(to, 'var', 'link'))).isSymbolicLink()).toBe(true);
});

it('gives files that never change a second name, and copies the others', async () => {
  await linkTree(from, to, ['var/zeros']);
  expect((await stat(join(to, 'var', 'text'))).nlink).toBe(2);
  const zeros = await stat(join(to, 'var', 'zeros'));
  expect([zeros.size, zeros.blocks, zeros.nlink]).toEqual([8_000_000, 0, 1]);
});
