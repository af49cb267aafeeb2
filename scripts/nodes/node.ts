import type { Readable, Writable } from 'node:stream';
import type { Argv } from '../base/argv.ts';

export type Role = 'control-plane' | 'worker';

export interface ExecOptions {
  /** Who runs it; default root (through sudo). */
  as?: 'root' | 'vagrant';
  stdin?: string | Buffer;
  /** Deadline in milliseconds for the whole command on a node of slowness 1; default 60 000. */
  timeout?: number;
  /** Called for every complete line of stdout and stderr while the command runs. */
  onLine?: (line: string) => void;
  /** Return the result of a failed command instead of throwing; default false. */
  allowFailure?: boolean;
  signal?: AbortSignal;
}

export interface ExecResult {
  stdout: string;
  stderr: string;
  /** 0 to 255; 128 + n when signal n ended it. */
  exitCode: number;
}

export interface ShellOptions {
  /** Empty for a login shell. */
  command: Argv;
  terminal?: { columns: number; rows: number; type: string };
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  /** Registers a callback that is told of every new terminal size. */
  onResize?: (listener: (columns: number, rows: number) => void) => void;
}

/** A machine of the lab. Whatever made it (container, VM), this is all that callers see. */
export interface Node {
  readonly name: string;
  readonly role: Role;
  /** Its address on the lab network, without prefix. */
  readonly address: string;
  /** How many times longer than in a node container things may take here; all deadlines are multiplied by it. */
  readonly slowness: number;
  /** @throws LabError `command-failed` with node, command, exit code and last lines. */
  exec(argv: Argv, options?: ExecOptions): Promise<ExecResult>;
  /** Writes a file atomically; parent folders are made. `mode` is octal text such as "0644". */
  put(
    path: string,
    content: string | Buffer,
    options?: { mode?: string; owner?: string },
  ): Promise<void>;
  /** Interactive session as `vagrant`; resolves to the exit code. */
  shell(options: ShellOptions): Promise<number>;
  /** Ends the connection; a later call connects anew. */
  close(): void;
}
