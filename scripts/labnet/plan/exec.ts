import { spawn } from 'node:child_process';
import type { Argv } from '../../base/argv.ts';

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program of the node's network; the only thing here that changes the kernel. */
export type Exec = (argv: Argv, stdin?: string) => Promise<Ended>;

/** After this many milliseconds a program is killed: a hanging `ip` must not hold up every pod of the node. */
const patience = 20_000;

export const exec: Exec = ([program = '', ...words], stdin) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, words, { timeout: patience, killSignal: 'SIGKILL' });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.on('error', reject);
    // It may end before it has read everything; its exit code says whether that was right.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin ?? '');
    child.on('close', (code) => resolve({ code: code ?? 137, ...output }));
  });
