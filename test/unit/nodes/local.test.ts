import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../scripts/base/errors.ts';
import {
  commandFailed,
  hasProgram,
  lastLines,
  lineSplitter,
  local,
} from '../../../scripts/nodes/local.ts';

async function failure(promise: Promise<unknown>): Promise<LabError> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LabError);
  return error as LabError;
}

describe('local', () => {
  it('hands over every word as it is', async () => {
    const words = ['', "it's", '$HOME $(id) `id`', 'a\nb', '"', '\\', '*', '-n', 'Größe 漢字'];
    const { stdout } = await local(['printf', '%s\\0', ...words]);
    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
  });

  it('keeps a letter whole whose bytes come one after the other', async () => {
    const script =
      'printf "F\\305"; printf "\\303" >&2; sleep 0.1; printf "\\221t"; printf "\\251" >&2';
    const { stdout, stderr } = await local(['sh', '-c', script]);
    expect([stdout, stderr]).toEqual(['Főt', 'é']);
  });

  it('passes folder, environment and stdin', async () => {
    const argv = ['sh', '-c', 'pwd; echo "$LAB_TEST"; cat'];
    const options = { cwd: '/', env: { LAB_TEST: 'a b' }, stdin: 'in\n' };
    expect(await local(argv, options)).toEqual({ stdout: '/\na b\nin\n', stderr: '', exitCode: 0 });
    expect((await local(['cat'])).stdout).toBe('');
  });

  it('survives a program that does not read its stdin', async () => {
    for (let i = 0; i < 5; i++) await local(['true'], { stdin: 'x'.repeat(2_000_000) });
  });

  it('gives exit codes, with 128 + n for signals', async () => {
    for (const [script, code] of [
      ['exit 3', 3],
      ['kill -TERM $$', 143],
      ['kill -KILL $$', 137],
      ['kill -SEGV $$', 139],
    ] as const) {
      const { exitCode } = await local(['sh', '-c', script], { allowFailure: true });
      expect([script, exitCode]).toEqual([script, code]);
    }
  });

  it('throws with command and last lines', async () => {
    expect(await failure(local(['sh', '-c', 'echo gone wrong >&2; exit 2']))).toMatchObject({
      code: 'command-failed',
      message: 'host: command failed with exit code 2',
      why: "sh -c 'echo gone wrong >&2; exit 2'",
      details: 'gone wrong',
    });
  });

  it('says that a program is missing', async () => {
    expect(await failure(local(['no-such-program', 'x']))).toMatchObject({
      code: 'command-missing',
      message: 'host: no-such-program is not installed',
      hint: 'lab doctor --fix',
    });
    expect(await hasProgram('no-such-program')).toBe(false);
    expect(await hasProgram('sh')).toBe(true);
  });

  it('tells a program that cannot be started from one that is missing', async () => {
    const folder = await failure(local([tmpdir()]));
    expect(folder).toMatchObject({ message: 'host: command failed with exit code 126' });
    expect(folder).toMatchObject({ details: expect.stringContaining('EACCES') as string });
    const nowhere = await failure(local(['true'], { cwd: join(tmpdir(), 'no-such-folder') }));
    expect(nowhere).toMatchObject({ message: 'host: command failed with exit code 126' });
  });

  it('starts no shell, which might read the settings of a user', async () => {
    const home = mkdtempSync(join(tmpdir(), 'lab-home-'));
    writeFileSync(join(home, '.bashrc'), 'touch "$HOME/read"\n');
    await local(['true'], { env: { HOME: home, SHLVL: '0' } });
    const read = existsSync(join(home, 'read'));
    rmSync(home, { recursive: true });
    expect(read).toBe(false);
  });

  it('ends what takes too long, with all that it has started', async () => {
    // A number that no other program waits for.
    const nap = `6${process.pid}`;
    // Its children are ended first: the shell might have the time to say so.
    const script = `echo begun >&2; exec 2>/dev/null; sleep ${nap} & sleep ${nap}`;
    const error = await failure(local(['sh', '-c', script], { timeout: 1000 }));
    expect(error).toMatchObject({
      code: 'command-timeout',
      message: 'host: no end after 1 s',
      details: 'begun',
    });
    const left = await local(['pgrep', '-fx', `sleep ${nap}`], { allowFailure: true });
    expect(left.stdout).toBe('');
  });

  it('stops when the signal aborts, and does not begin afterwards', async () => {
    const mark = join(tmpdir(), `lab-local-${process.pid}`);
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    setTimeout(() => controller.abort(reason), 100);
    const { signal } = controller;
    await expect(local(['sleep', '600'], { signal })).rejects.toBe(reason);
    for (let i = 0; i < 10; i++) {
      const write = ['sh', '-c', ': >"$0"', mark];
      await expect(local(write, { signal })).rejects.toBe(reason);
    }
    const began = existsSync(mark);
    rmSync(mark, { force: true });
    expect(began).toBe(false);
  });

  it('tells of the lines of each stream by itself', async () => {
    const lines: string[] = [];
    const script = 'printf half; sleep 0.1; echo other >&2; sleep 0.1; echo " whole"';
    await local(['sh', '-c', script], { onLine: (line) => lines.push(line) });
    expect(lines).toEqual(['other', 'half whole']);
  });
});

describe('lineSplitter', () => {
  it('gives whole lines, however the pieces are cut', () => {
    const text = 'one\r\n\nGröße 漢字 🐙\nlast  \n';
    const bytes = Buffer.from(text);
    for (let size = 1; size < 9; size++) {
      const lines: string[] = [];
      const take = lineSplitter((line) => lines.push(line));
      for (let at = 0; at < bytes.length; at += size) take(bytes.subarray(at, at + size));
      expect(lines).toEqual(['one', '', 'Größe 漢字 🐙', 'last']);
    }
  });

  it('keeps an unfinished line back', () => {
    const lines: string[] = [];
    lineSplitter((line) => lines.push(line))('a\nb');
    expect(lines).toEqual(['a']);
  });
});

describe('a failed command', () => {
  const numbers = Array.from({ length: 30 }, (_, i) => i + 1).join('\n');

  it('shows the end of what it said, stderr before stdout', () => {
    const result = { stdout: 'out\n', stderr: ' \n', exitCode: 1 };
    expect(commandFailed('node1', ['x'], result).details).toBe('out');
    expect(commandFailed('node1', ['x'], { ...result, stderr: 'err\n' }).details).toBe('err');
    expect(lastLines(`${numbers}\n\n`, 3)).toBe('28\n29\n30');
  });

  it('shortens an endless command line', () => {
    const { why } = commandFailed('node1', ['echo', 'x'.repeat(1000)], {
      stdout: '',
      stderr: '',
      exitCode: 1,
    });
    expect(why).toMatch(/^echo x{295} …$/);
  });
});
