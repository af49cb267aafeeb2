import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readIfExists, writeAtomic } from '../../../scripts/base/files.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-files-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('writeAtomic', () => {
  it('makes the folders on the way and replaces what was there', async () => {
    const path = join(folder, 'a', 'b', 'file');
    await writeAtomic(path, 'first');
    await writeAtomic(path, Buffer.from([0, 1, 255]));
    expect([...(await readFile(path))]).toEqual([0, 1, 255]);
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['file']);
  });

  it.each(['022', '077', '000'])('gives the wanted mode under umask %s', async (umask) => {
    const before = process.umask(umask);
    try {
      await writeAtomic(join(folder, 'open'), '');
      await writeAtomic(join(folder, 'secret'), '', 0o600);
    } finally {
      process.umask(before);
    }
    expect(await mode(join(folder, 'open'))).toBe('644');
    expect(await mode(join(folder, 'secret'))).toBe('600');
  });

  it('never shows half of a file to a reader', async () => {
    const path = join(folder, 'file');
    const texts = ['a', 'b', 'c'].map((letter) => letter.repeat(300_000));
    await writeAtomic(path, texts[0] ?? '');
    let writing = true;
    const reader = async (): Promise<number> => {
      let reads = 0;
      for (; writing; reads++) {
        const text = await readFile(path, 'utf8');
        expect(texts.some((one) => one === text)).toBe(true);
      }
      return reads;
    };
    const reading = reader();
    for (let round = 0; round < 5; round++) {
      await Promise.all(texts.map((text) => writeAtomic(path, text)));
    }
    writing = false;
    expect(await reading).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('leaves nothing behind when it fails', async () => {
    await mkdir(join(folder, 'taken', 'full'), { recursive: true });
    await expect(writeAtomic(join(folder, 'taken'), 'x')).rejects.toThrow(/EISDIR|ENOTEMPTY/);
    expect(await readdir(folder)).toEqual(['taken']);
  });
});

describe('readIfExists', () => {
  it('tells a missing file from an unreadable one', async () => {
    await writeAtomic(join(folder, 'file'), 'text');
    expect(await readIfExists(join(folder, 'file'))).toBe('text');
    expect(await readIfExists(join(folder, 'missing'))).toBeUndefined();
    await expect(readIfExists(folder)).rejects.toThrow('EISDIR');
  });
});
