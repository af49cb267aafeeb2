import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runJobs, type Job } from '../../../scripts/exercises/jobs.ts';
import type { ExecResult, Node } from '../../../scripts/nodes/node.ts';
import { fakeNode } from '../../support/fake-node.ts';

/** This machine, so that the batch program meets a real bash. */
const here: Node = {
  ...fakeNode('here', 'worker', '127.0.0.1'),
  exec: (argv, options) =>
    new Promise<ExecResult>((resolve, reject) => {
      const child = execFile(argv[0] as string, argv.slice(1), (error, stdout, stderr) => {
        const code = error?.code;
        if (error && typeof code !== 'number') reject(error);
        else resolve({ stdout, stderr, exitCode: typeof code === 'number' ? code : 0 });
      });
      child.stdin?.end(options?.stdin ?? '');
    }),
};

const job = (...argv: string[]): Job => ({ node: here, argv });

describe('runJobs', () => {
  it('gives each job its own result, in order', async () => {
    const results = await runJobs([
      job('sh', '-c', 'sleep 0.2; echo slow'),
      job('sh', '-c', 'echo out; echo err >&2; exit 3'),
      job('true'),
    ]);
    expect(results).toEqual([
      { exitCode: 0, stdout: 'slow\n', stderr: '' },
      { exitCode: 3, stdout: 'out\n', stderr: 'err\n' },
      { exitCode: 0, stdout: '', stderr: '' },
    ]);
  });

  it('runs the jobs side by side', async () => {
    const began = Date.now();
    await runJobs(Array.from({ length: 6 }, () => job('sleep', '0.5')));
    expect(Date.now() - began).toBeLessThan(2000);
  });

  it('passes words exactly, whatever is in them', async () => {
    const words = ['', "it's", '$HOME `id` "x"', 'two\nlines', 'ümlaut', '*'];
    const [result] = await runJobs([job('printf', '%s|', ...words)]);
    expect(result?.stdout).toBe(`${words.join('|')}|`);
  });

  it('gives jobs no stdin, so that none swallows the list', async () => {
    const results = await runJobs([job('cat'), job('echo', 'still here')]);
    expect(results.map(({ stdout }) => stdout)).toEqual(['', 'still here\n']);
  });

  it('keeps large outputs apart', async () => {
    const text = (letter: string): Job =>
      job('sh', '-c', `head -c 200000 /dev/zero | tr '\\0' ${letter}`);
    const results = await runJobs([text('a'), text('b')]);
    expect(results.map(({ stdout }) => new Set(stdout))).toEqual([new Set('a'), new Set('b')]);
  });

  it('ends a job at its deadline with 124', async () => {
    const [result] = await runJobs([{ ...job('sleep', '5'), timeout: 1 }]);
    expect(result?.exitCode).toBe(124);
  });

  it('says so when no process of the pod is there', async () => {
    const [result] = await runJobs([
      { ...job('true'), inside: 'pod:c0ffee00-0000-4000-8000-000000000000' },
    ]);
    expect(result?.exitCode).toBe(125);
    expect(result?.stderr).toContain('no process of this pod');
  });

  it.each([
    ['netns:nowhere', 'there is no network namespace nowhere'],
    ['container:nowhere', 'no container nowhere runs here'],
  ] as const)('says so when %s is not there', async (inside, text) => {
    const [result] = await runJobs([{ ...job('true'), inside }]);
    expect(result).toMatchObject({ exitCode: 125, stderr: `${text}\n` });
  });

  it('fails as a whole when a tool is missing: that is no verdict on the learner', async () => {
    await expect(runJobs([job('no-such-tool-anywhere')])).rejects.toThrow('cannot be run');
  });

  it('leaves no file behind', async () => {
    const left = async (): Promise<number> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('lab-check.')).length;
    const before = await left();
    await runJobs([job('true')]);
    expect(await left()).toBe(before);
  });
});
