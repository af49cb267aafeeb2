import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../../scripts/base/paths.ts';
import { until } from '../../scripts/base/until.ts';
import { local } from '../../scripts/nodes/local.ts';

/** Says who it is, and does not care about a polite request to end. */
const stubborn = `trap '' TERM; echo $$ >"$0"; while :; do sleep 0.2; done`;

async function pidIn(file: string): Promise<number> {
  return until(
    async () => {
      const text = await readFile(file, 'utf8').catch(() => '');
      return text === '' ? { done: false, state: 'empty' } : { done: true, value: Number(text) };
    },
    { describe: 'the pid', timeout: 20_000, interval: 20 },
  );
}

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
    pid = await pidIn(pidFile);
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

it('a program is killed when who started it ends at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-local-'));
  const pidFile = join(folder, 'pid');
  const module = join(projectRoot, 'scripts', 'nodes', 'local.ts');
  const text = `import { local } from ${JSON.stringify(module)};
    void local(['sh', '-c', ${JSON.stringify(stubborn)}, ${JSON.stringify(pidFile)}]);
    process.on('SIGINT', () => process.exit(130));`;
  try {
    const argv = ['--import', 'tsx', '--input-type=module', '--eval', text];
    const starter = spawn(process.execPath, argv, { cwd: projectRoot, stdio: 'inherit' });
    const pid = await pidIn(pidFile);
    starter.kill('SIGINT');
    expect(await once(starter, 'exit')).toEqual([130, null]);
    await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 5000 }).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
