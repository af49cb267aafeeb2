import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../../scripts/base/until.ts';
import { local } from '../../scripts/nodes/local.ts';

/** Says who it is, and does not care about a polite request to end. */
const stubborn = `trap '' TERM; echo $$ >"$0"; while :; do sleep 0.2; done`;

it.each(['a deadline', 'an abort'])('a program that ignores %s is killed', async (reason) => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-local-'));
  const pidFile = join(folder, 'pid');
  let pid = 0;
  const controller = new AbortController();
  const { signal } = controller;
  try {
    const options = reason === 'a deadline' ? { timeout: 500 } : { signal };
    const running = local(['sh', '-c', stubborn, pidFile], options).catch(
      (error: unknown) => error,
    );
    pid = await until(
      async () => {
        const text = await readFile(pidFile, 'utf8');
        return text === '' ? { done: false, state: 'empty' } : { done: true, value: Number(text) };
      },
      { describe: 'the pid', timeout: 5_000, interval: 20 },
    );
    const stop = new Error('Ctrl-C');
    if (reason === 'an abort') controller.abort(stop);
    const error = await running;
    if (reason === 'an abort') expect(error).toBe(stop);
    else expect(error).toMatchObject({ code: 'command-timeout' });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    pid = 0;
  } finally {
    if (pid > 0) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true });
  }
});
