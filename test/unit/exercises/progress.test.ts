import { appendFile, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openProgress, type Progress } from '../../../scripts/exercises/progress.ts';
import { temporaryFolder } from '../../support/temporary.ts';

let folder = '';
let progress: Progress;

beforeEach(async () => {
  folder = await temporaryFolder();
  progress = openProgress(join(folder, 'deep', 'er'));
});

const path = (name: string): string => join(folder, 'deep', 'er', name);

describe('progress', () => {
  it('is empty before anything happened, and makes no file for that', async () => {
    expect(await progress.all()).toEqual({});
    expect((await progress.read('cni-02')).attempt).toBe(1);
    await expect(readFile(path('progress.json'))).rejects.toThrow('ENOENT');
  });

  it('keeps what is written, also for the next process', async () => {
    await progress.update('cni-02', (one) => ({ ...one, hints: 2 }));
    const later = openProgress(join(folder, 'deep', 'er'));
    expect((await later.read('cni-02')).hints).toBe(2);
  });

  it('loses no update when many happen at once', async () => {
    const add = (): Promise<unknown> =>
      progress.update('cni-02', (one) => ({ ...one, checks: one.checks + 1 }));
    await Promise.all(Array.from({ length: 20 }, add));
    expect((await progress.read('cni-02')).checks).toBe(20);
  });

  it('takes over a lock that a crash left, after ten seconds', async () => {
    await progress.update('cni-02', (one) => one);
    await writeFile(path('progress.lock'), '');
    const past = new Date(Date.now() - 11_000);
    await utimes(path('progress.lock'), past, past);
    await progress.update('cni-02', (one) => ({ ...one, hints: 1 }));
    expect((await progress.read('cni-02')).hints).toBe(1);
  });

  it('does not take a damaged state for an empty one', async () => {
    await progress.update('cni-02', (one) => one);
    await writeFile(path('progress.json'), '{"version":1,"exer');
    await expect(progress.read('cni-02')).rejects.toThrow('cannot be read');
    await expect(progress.update('cni-02', (one) => one)).rejects.toThrow('cannot be read');
    expect(await readFile(path('progress.json'), 'utf8')).toBe('{"version":1,"exer');
  });

  it('frees the lock when a change throws', async () => {
    const fail = (): never => {
      throw new Error('no');
    };
    await expect(progress.update('cni-02', fail)).rejects.toThrow('no');
    await progress.update('cni-02', (one) => ({ ...one, hints: 1 }));
  });

  it('skips a line that a crash has torn and goes on behind it', async () => {
    await progress.log({ id: 'cni-02', event: 'start' });
    await appendFile(path('log.jsonl'), '{"at":"2026-01-01T00:00:00Z","id":"cni-02","ev');
    await progress.log({ id: 'cni-02', event: 'hint', tier: 1 });
    const events = (await progress.history()).map(({ event }) => event);
    expect(events).toEqual(['start', 'hint']);
  });
});
