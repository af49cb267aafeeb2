import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquireLock, withLock } from '../../../scripts/lab/lock.ts';
import type { Holder } from '../../../scripts/lab/lock.ts';
import { bootId, startTime } from '../../../scripts/lab/process-identity.ts';

let root: string;
let stateDir: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lab-lock-'));
  stateDir = join(root, 'lab');
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const folder = (): string => join(root, '.locks', 'lab');

async function child(...args: string[]): Promise<{ process: ChildProcess; said: string }> {
  const script = join(import.meta.dirname, 'lock-child.ts');
  const started = spawn(process.execPath, ['--import', 'tsx', script, stateDir, ...args]);
  children.push(started);
  const [said] = (await once(createInterface(started.stdout), 'line')) as [string];
  return { process: started, said };
}

async function pretend(holder: Partial<Holder>): Promise<void> {
  const full: Holder = {
    pid: process.pid,
    startTime: (await startTime(process.pid)) ?? '',
    bootId: await bootId(),
    command: 'lab up',
    since: '2020-01-01T00:00:00.000Z',
    user: 'ann',
    ...holder,
  };
  await mkdir(folder(), { recursive: true });
  writeFileSync(join(folder(), `${full.pid}-abc.json`), JSON.stringify(full));
}

describe('lock', () => {
  test('is taken, released and leaves nothing', async () => {
    const lock = await acquireLock(stateDir, 'lab up');
    expect(readdirSync(folder())).toHaveLength(1);
    lock.release();
    lock.release();
    expect(readdirSync(root)).toEqual([]);
  });

  test('names a living holder, since when, and what to do', async () => {
    await pretend({ command: 'lab up --cni none' });
    await expect(acquireLock(stateDir, 'lab down')).rejects.toMatchObject({
      code: 'locked',
      message: 'environment "lab" is in use by `lab up --cni none`',
      why: expect.stringMatching(
        new RegExp(
          `^process ${process.pid} of user ann began at 2020-01-01T00:00:00.000Z \\(\\d+ min`,
        ),
      ),
      hint: `wait until it has ended, or end it with: kill ${process.pid}`,
    });
    expect(readdirSync(folder())).toHaveLength(1);
  });

  test.each([
    ['whose pid is free', { pid: 4_194_303 }],
    ['whose pid now belongs to another process', { startTime: '1' }],
    ['of an earlier boot', { bootId: 'other' }],
  ])('takes over from a holder %s', async (_, holder) => {
    await pretend(holder);
    const lock = await acquireLock(stateDir, 'lab up');
    expect(readdirSync(folder())).toHaveLength(1);
    lock.release();
  });

  test('is no obstacle when its file was broken by a crash', async () => {
    await mkdir(folder(), { recursive: true });
    writeFileSync(join(folder(), '1-abc.json'), '');
    writeFileSync(join(folder(), '4194303-abc.json.1234.tmp'), '');
    (await acquireLock(stateDir, 'lab up')).release();
    expect(readdirSync(root)).toEqual([]);
  });

  test('is released when the work fails', async () => {
    const work = withLock(stateDir, 'lab up', () => Promise.reject(new Error('no')));
    await expect(work).rejects.toThrow('no');
    expect(readdirSync(root)).toEqual([]);
  });

  test('holds against another process, until that is killed', { timeout: 20_000 }, async () => {
    const { process: holder, said } = await child('lab up --workers 3');
    expect(said).toBe('held');
    await expect(acquireLock(stateDir, 'lab down')).rejects.toMatchObject({
      message: expect.stringContaining('lab up --workers 3') as string,
    });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    (await acquireLock(stateDir, 'lab down')).release();
    expect(readdirSync(root)).toEqual([]);
  });

  test('is released when its process exits', { timeout: 20_000 }, async () => {
    const { process: holder } = await child('lab up', '1');
    await once(holder, 'exit');
    expect(readdirSync(root)).toEqual([]);
  });

  test(
    'goes to exactly one of many at once, also over a dead one',
    { timeout: 30_000 },
    async () => {
      await pretend({ pid: 4_194_303 });
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => child()));
      expect(outcomes.filter(({ said }) => said === 'held')).toHaveLength(1);
      expect(readdirSync(folder())).toHaveLength(1);
    },
  );

  test('goes to exactly one of many in the same moment', async () => {
    const tries = Array.from({ length: 8 }, () => acquireLock(stateDir, 'lab up'));
    const results = await Promise.allSettled(tries);
    const held = results.filter((one) => one.status === 'fulfilled');
    expect(held).toHaveLength(1);
    held[0]?.value.release();
    expect(readdirSync(root)).toEqual([]);
  });
});
