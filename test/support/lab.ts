import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, stateRoot } from '../../scripts/base/paths.ts';
import type { Result } from '../../scripts/exercises/outcome.ts';
import { local } from '../../scripts/nodes/local.ts';
import { label } from '../../scripts/nodes/providers/container-argv.ts';

export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A lab environment of the tests' own, driven through the built command line as a user would. */
export interface TestLab {
  name: string;
  network: string;
  stateDir: string;
  run(
    words: readonly string[],
    options?: { env?: Record<string, string>; stdin?: string; echo?: boolean },
  ): Promise<Run>;
  /** Like `run`, but fails the test on any other exit code than 0. */
  ok(words: readonly string[]): Promise<Run>;
  json<T>(words: readonly string[]): Promise<T>;
  /** Grades an exercise. */
  check(id: string): Promise<{ code: number | null; result: Result }>;
  start(words: readonly string[]): { child: ChildProcess; ended: Promise<Run> };
}

const program = join(projectRoot, 'dist', 'cli', 'main.js');

function collect(child: ChildProcess): Promise<Run> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

export function testLab(name: string, network: string): TestLab {
  const start: TestLab['start'] = (words) => {
    const child = spawn(process.execPath, [program, '--env', name, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { child, ended: collect(child) };
  };
  const run: TestLab['run'] = async (words, { env = {}, stdin, echo = false } = {}) => {
    const child = spawn(process.execPath, [program, '--env', name, ...words], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // Shown while it happens: proofs take minutes.
    if (echo) child.stdout.pipe(process.stderr, { end: false });
    child.stdin.end(stdin ?? '');
    return collect(child);
  };
  const ok: TestLab['ok'] = async (words) => {
    const result = await run(words);
    if (result.code === 0) return result;
    throw new Error(
      `lab ${words.join(' ')}: exit ${result.code}\n${result.stdout}\n${result.stderr}`,
    );
  };
  return {
    name,
    network,
    stateDir: join(stateRoot(), name),
    run,
    ok,
    start,
    json: async <T>(words: readonly string[]) => JSON.parse((await ok(words)).stdout) as T,
    async check(id) {
      const { code, stdout } = await run(['exercise', 'check', id, '--json']);
      return { code, result: JSON.parse(stdout) as Result };
    },
  };
}

/** Everything on the host that is this lab's, and not one's whose name begins alike; empty after `lab down --purge`. */
export async function leftovers({ name, network, stateDir }: TestLab): Promise<string[]> {
  const lines = async (argv: readonly string[]): Promise<string[]> =>
    (await local(argv, { allowFailure: true })).stdout.split('\n');
  const [prefix = ''] = network.split('.0/');
  const mine = (line: string): boolean =>
    line.includes(`${stateDir}/`) || line.includes(`${prefix}.`);
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const labelled = ['--filter', `label=${label}=${name}`];
  const engine = await Promise.all([
    lines(['podman', 'ps', '--all', ...labelled, '--format', 'container {{.Names}}']),
    lines(['podman', 'network', 'ls', ...labelled, '--format', 'network {{.Name}}']),
  ]);
  const host = await Promise.all([
    lines(['ip', '-oneline', '-4', 'address']),
    lines(['iptables-save']),
    lines(['find', stateDir, '-mindepth', '1', '-maxdepth', '2']),
  ]);
  return [...engine.flat().filter(Boolean), ...[...host.flat(), ...mounts].filter(mine)];
}
