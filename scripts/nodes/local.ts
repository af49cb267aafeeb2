import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { StringDecoder } from 'node:string_decoder';
import { $ } from 'zx';
import { commandLine, type Argv } from '../base/argv.ts';
import { LabError } from '../base/errors.ts';
import type { ExecResult } from './node.ts';

export interface LocalOptions {
  cwd?: string;
  /** Added to this process's environment. */
  env?: Readonly<Record<string, string>>;
  stdin?: string;
  /** Deadline in milliseconds; default 60 000. */
  timeout?: number;
  onLine?: (line: string) => void;
  allowFailure?: boolean;
  signal?: AbortSignal | undefined;
}

/** The last lines of a long output, for an error message. */
export function lastLines(text: string, count = 20): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** Calls back once per complete line of one stream, which arrives in pieces that may end inside a letter. */
export function lineSplitter(onLine: (line: string) => void): (chunk: Buffer | string) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.trimEnd());
  };
}

/** The error every failed command ends in, on the host as on a node. */
export function commandFailed(where: string, argv: Argv, result: ExecResult): LabError {
  const line = commandLine(argv);
  const shown = line.length > 300 ? `${line.slice(0, 300)} …` : line;
  return new LabError(
    'command-failed',
    `${where}: command failed with exit code ${result.exitCode}`,
    {
      why: shown,
      details: lastLines(result.stderr.trim() === '' ? result.stdout : result.stderr),
    },
  );
}

/** What runs on the host just now. */
const running = new Set<ChildProcess>();

// A second Ctrl-C ends `lab` at once. What it had started must not go on making things that nobody knows of any more.
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** How long a program may take to end after SIGTERM, in milliseconds; then it is killed. */
const patience = 5_000;

/**
 * Starts the words themselves where zx would start a shell with them. Apart from its time, a bash whose standard input is a
 * socket, as Node's pipes are, reads ~/.bashrc: it takes itself for a remote login (unless it knows of a shell above it).
 */
function withoutShell([program = '', ...words]: Argv): typeof spawn {
  const start = (_shell: string, _line: readonly string[], options: SpawnOptions): ChildProcess => {
    const child = spawn(program, words, { ...options, shell: false });
    running.add(child);
    return child.once('close', () => running.delete(child));
  };
  return start as typeof spawn;
}

/** The exit codes of a shell: 127 for a program that is not there, 126 for one that cannot be started. */
function notStarted({ code }: NodeJS.ErrnoException, cwd = '/'): number {
  return code === 'ENOENT' && existsSync(cwd) ? 127 : 126;
}

/**
 * Runs a program on the host.
 * @throws LabError `command-failed`, `command-missing` or `command-timeout`.
 */
export async function local(argv: Argv, options: LocalOptions = {}): Promise<ExecResult> {
  const { timeout = 60_000, signal } = options;
  signal?.throwIfAborted();
  const run = $({
    nothrow: true,
    quiet: true,
    spawn: withoutShell(argv),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    ...(options.stdin ? { input: options.stdin } : {}),
    ...(signal === undefined ? {} : { signal }),
  })`${[...argv]}`;
  // A program may end without having read all of its input; its exit code tells whether that was right.
  run.stdin.on('error', () => undefined);
  if (!options.stdin) run.stdin.end();
  // zx makes text of each piece by itself, which spoils a letter that lies across two of them.
  const pieces: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  run.stdout.on('data', (piece: Buffer) => pieces.stdout.push(piece));
  run.stderr.on('data', (piece: Buffer) => pieces.stderr.push(piece));
  if (options.onLine) {
    run.stdout.on('data', lineSplitter(options.onLine));
    run.stderr.on('data', lineSplitter(options.onLine));
  }
  let late = false;
  const kill = (how: NodeJS.Signals): void => {
    if (run.stage === 'running') run.kill(how).catch(() => undefined);
  };
  const timers = [
    setTimeout(() => {
      late = true;
      kill('SIGTERM');
    }, timeout),
    setTimeout(kill, timeout + patience, 'SIGKILL'),
  ];
  const onAbort = (): void => void timers.push(setTimeout(kill, patience, 'SIGKILL'));
  signal?.addEventListener('abort', onAbort, { once: true });
  const output = await run;
  timers.forEach(clearTimeout);
  signal?.removeEventListener('abort', onAbort);
  signal?.throwIfAborted();
  const failed = output.cause as NodeJS.ErrnoException | undefined;
  const signalled = 128 + (output.signal ? constants.signals[output.signal] : 127);
  const result: ExecResult = {
    stdout: Buffer.concat(pieces.stdout).toString('utf8'),
    stderr: failed ? failed.message : Buffer.concat(pieces.stderr).toString('utf8'),
    exitCode: failed ? notStarted(failed, options.cwd) : (output.exitCode ?? signalled),
  };
  if (late) {
    throw new LabError('command-timeout', `host: no end after ${timeout / 1000} s`, {
      why: commandLine(argv),
      details: lastLines(result.stderr),
    });
  }
  if (result.exitCode === 127 && !options.allowFailure) {
    throw new LabError('command-missing', `host: ${argv[0]} is not installed`, {
      hint: 'lab doctor --fix',
    });
  }
  if (result.exitCode !== 0 && !options.allowFailure) throw commandFailed('host', argv, result);
  return result;
}

/** Whether the host has this program. */
export async function hasProgram(name: string): Promise<boolean> {
  const { exitCode } = await local(['which', name], { allowFailure: true });
  return exitCode === 0;
}

/** Starts a program that goes on when this process has ended; nothing is heard of it. */
export function inBackground([program = '', ...words]: Argv): void {
  spawn(program, words, { detached: true, stdio: 'ignore' })
    .on('error', () => undefined)
    .unref();
}
