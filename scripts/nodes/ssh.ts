import ssh2, { type Client, type ClientChannel } from 'ssh2';
import { commandLine, type Argv } from '../base/argv.ts';
import { LabError, messageOf } from '../base/errors.ts';
import type { Credentials } from './identity.ts';
import { commandFailed, lineSplitter } from './local.ts';
import type { ExecOptions, ExecResult, Node, Role, ShellOptions } from './node.ts';

export interface SshTarget {
  name: string;
  role: Role;
  address: string;
  port: number;
  user: string;
  credentials: () => Promise<Credentials>;
}

const connectTimeout = 10_000;
/** sshd refuses more than MaxSessions channels on a connection; a plain Debian has 10. */
const maxChannels = 8;

/** Numbers of the signals that end commands, for the shell's 128 + n. */
const signalNumbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  KILL: 9,
  PIPE: 13,
  TERM: 15,
};

/** Lets at most `size` run at once; the others wait their turn. */
function turnstile(size: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = size;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

async function connect(target: SshTarget): Promise<Client> {
  const { privateKey, hostKey } = await target.credentials();
  const client = new ssh2.Client();
  let changed = false;
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client));
    // Stays for good: ssh2 may report a second error after the first, and an unheard one ends the process.
    client.on('error', (error) => {
      const where = `${target.name} (${target.address}:${target.port})`;
      reject(
        changed
          ? new LabError(
              'host-key-changed',
              `${where} shows another ssh host key than it was given`,
              {
                why: 'another machine answers at this address, or its key was replaced; nothing was sent to it',
                hint: 'lab down && lab up   (or restore the key of /etc/lab in the node)',
              },
            )
          : new LabError('ssh', `${where}: no ssh connection`, {
              why: messageOf(error),
              hint: 'lab status',
              cause: error,
            }),
      );
    });
    client.connect({
      host: target.address,
      port: target.port,
      username: target.user,
      privateKey,
      hostVerifier: (key: Buffer) => {
        changed = key.toString('base64') !== hostKey;
        return !changed;
      },
      algorithms: { serverHostKey: ['ssh-ed25519'] },
      readyTimeout: connectTimeout,
      keepaliveInterval: 10_000,
      keepaliveCountMax: 6,
    });
  });
}

/** The words as the wanted user: root by sudo, which is set up without a password. */
function asUser(argv: Argv, user: 'root' | 'vagrant'): Argv {
  return user === 'root' ? ['sudo', '-n', '--', ...argv] : argv;
}

const writeFileScript =
  'mkdir -p "$(dirname "$1")" && cat >"$1.lab-new" && chmod "$2" "$1.lab-new" && chown "$3" "$1.lab-new" && mv "$1.lab-new" "$1"';

/** A node over ssh: one connection, made when it is first needed and anew when it was lost. */
export function sshNode(target: SshTarget): Node {
  let connection: Promise<Client> | undefined;
  const turn = turnstile(maxChannels);

  function connected(): Promise<Client> {
    if (connection) return connection;
    const attempt = connect(target);
    connection = attempt;
    const forget = (): void => {
      if (connection === attempt) connection = undefined;
    };
    attempt.then((client) => client.once('close', forget).once('error', forget), forget);
    return attempt;
  }

  async function channel(
    command: string,
    pty?: ShellOptions['terminal'],
  ): Promise<{ stream: ClientChannel; ended: Promise<number> }> {
    const client = await connected();
    const options = pty ? { pty: { cols: pty.columns, rows: pty.rows, term: pty.type } } : {};
    return new Promise((resolve, reject) => {
      // The exit status of a quick command may come in the same packet, before any `await` goes on.
      const done = (error: Error | undefined, stream: ClientChannel): void =>
        error ? reject(error) : resolve({ stream, ended: exitOf(stream) });
      if (command === '' && pty) {
        client.shell({ cols: pty.columns, rows: pty.rows, term: pty.type }, done);
      } else client.exec(command, options, done);
    });
  }

  function exitOf(stream: ClientChannel): Promise<number> {
    return new Promise((resolve) => {
      let code = 255;
      stream.on('exit', (status: number | null, signal?: string) => {
        code = status ?? 128 + (signalNumbers[(signal ?? '').replace(/^SIG/, '')] ?? 0);
      });
      stream.on('close', () => resolve(code));
    });
  }

  async function collect(argv: Argv, options: ExecOptions): Promise<ExecResult> {
    const timeout = options.timeout ?? 60_000;
    options.signal?.throwIfAborted();
    const { stream, ended } = await channel(commandLine(asUser(argv, options.as ?? 'root')));
    const output: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
    stream.on('data', (chunk: Buffer) => output.stdout.push(chunk));
    stream.stderr.on('data', (chunk: Buffer) => output.stderr.push(chunk));
    if (options.onLine) {
      const take = lineSplitter(options.onLine);
      stream.on('data', take);
      stream.stderr.on('data', take);
    }
    stream.end(options.stdin ?? '');
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const interrupted = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const text = `${target.name}: no end after ${timeout / 1000} s`;
        reject(new LabError('command-timeout', text, { why: commandLine(argv) }));
      }, timeout);
      onAbort = (): void => reject(options.signal?.reason as Error);
      options.signal?.addEventListener('abort', onAbort, { once: true });
    });
    try {
      const exitCode = await Promise.race([ended, interrupted]);
      const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8');
      return { stdout: text(output.stdout), stderr: text(output.stderr), exitCode };
    } catch (error) {
      stream.close();
      throw error;
    } finally {
      clearTimeout(timer);
      if (onAbort) options.signal?.removeEventListener('abort', onAbort);
    }
  }

  const node: Node = {
    name: target.name,
    role: target.role,
    address: target.address,
    async exec(argv, options = {}) {
      const result = await turn(() => collect(argv, options));
      if (result.exitCode !== 0 && !options.allowFailure) {
        throw commandFailed(target.name, argv, result);
      }
      return result;
    },
    async put(path, content, options = {}) {
      const { mode = '0644', owner = 'root:root' } = options;
      await node.exec(['sh', '-c', writeFileScript, 'sh', path, mode, owner], { stdin: content });
    },
    async shell(options) {
      const { stream, ended } = await channel(commandLine(options.command), options.terminal);
      stream.pipe(options.stdout, { end: false });
      stream.stderr.pipe(options.stderr, { end: false });
      options.stdin.pipe(stream);
      options.onResize?.((columns, rows) => stream.setWindow(rows, columns, 0, 0));
      const code = await ended;
      options.stdin.unpipe(stream);
      return code;
    },
    close() {
      connection?.then(
        (client) => client.end(),
        () => undefined,
      );
      connection = undefined;
    },
  };
  return node;
}
