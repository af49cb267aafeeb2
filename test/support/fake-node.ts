import type { Argv } from '../../scripts/base/argv.ts';
import { commandLine } from '../../scripts/base/argv.ts';
import { LabError } from '../../scripts/base/errors.ts';
import { jobsName } from '../../scripts/exercises/jobs.ts';
import type { ExecOptions, ExecResult, Node, Role } from '../../scripts/nodes/node.ts';

/** What a command prints (exit code 0), or its result in full, or a function that gives either. */
export type FakeAnswer = string | Partial<ExecResult> | (() => string | Partial<ExecResult>);

/**
 * A node in memory: a table from command lines to results. Probes that are run as one batch are looked up one by one;
 * one inside a pod stands in the table with `POD-UID: ` before it, one in a sandbox with `netns:NAME: `.
 */
export interface FakeNode extends Node {
  /** Adds to the table; a later entry wins over an earlier one. */
  on(command: string | RegExp, answer: FakeAnswer): FakeNode;
  /** Command lines in the order in which they were asked for. */
  readonly asked: string[];
  /** From now on every command fails as an unreachable node does. */
  unplug(): void;
  plugIn(): void;
}

function resultOf(answer: FakeAnswer): ExecResult {
  const value = typeof answer === 'function' ? answer() : answer;
  const fields = typeof value === 'string' ? { stdout: value } : value;
  return { stdout: '', stderr: '', exitCode: 0, ...fields };
}

function encode({ exitCode, stdout, stderr }: ExecResult): string {
  const word = (text: string): string => `=${Buffer.from(text).toString('base64')}`;
  return `${exitCode} ${word(stdout)} ${word(stderr)}\n`;
}

function decodeJob(line: string): string {
  const [inside = '', , , words = ''] = line.split(' ');
  const argv = Buffer.from(words, 'base64').toString().split('\0').slice(0, -1);
  const where = inside.replace(/^pod:/, '');
  return (where === '-' ? '' : `${where}: `) + commandLine(argv);
}

export function fakeNode(name: string, role: Role, address: string): FakeNode {
  const table: { command: string | RegExp; answer: FakeAnswer }[] = [];
  const asked: string[] = [];
  let plugged = true;

  const look = (line: string): ExecResult => {
    asked.push(line);
    const found = table.findLast(({ command }) =>
      typeof command === 'string' ? command === line : command.test(line),
    );
    if (!found) throw new Error(`fake ${name} has no answer for: ${line}`);
    return resultOf(found.answer);
  };

  const node: FakeNode = {
    name,
    role,
    address,
    slowness: 1,
    asked,
    on(command, answer) {
      table.push({ command, answer });
      return node;
    },
    unplug: () => {
      plugged = false;
    },
    plugIn: () => {
      plugged = true;
    },
    async exec(argv: Argv, options: ExecOptions = {}): Promise<ExecResult> {
      if (!plugged) throw new LabError('node-unreachable', `${name} does not answer ssh`);
      if (argv[3] === jobsName) {
        const lines = String(options.stdin ?? '')
          .split('\n')
          .filter(Boolean);
        const stdout = lines.map((line) => encode(look(decodeJob(line)))).join('');
        return { stdout, stderr: '', exitCode: 0 };
      }
      const result = look(commandLine(argv));
      for (const line of `${result.stdout}\n${result.stderr}`.split('\n')) options.onLine?.(line);
      if (result.exitCode !== 0 && !options.allowFailure) {
        throw new LabError('command-failed', `${name}: ${commandLine(argv)} failed`);
      }
      return result;
    },
    put: () => Promise.reject(new Error('a check must not write files')),
    shell: () => Promise.reject(new Error('a check must not open a shell')),
    close: () => undefined,
  };
  return node;
}
