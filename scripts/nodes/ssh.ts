import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ClientChannel } from 'ssh2';
import { commandLine, type Argv } from '../base/argv.ts';
import { LabError, messageOf } from '../base/errors.ts';
import { turnstile } from '../base/turnstile.ts';
import { until } from '../base/until.ts';
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
  /** As in `Node`; default 1. */
  slowness?: number;
  /** A stream to its sshd, in place of a TCP connection to address and port. */
  stream?: () => Duplex;
}

const connectTimeout = 10_000;
/** sshd refuses more than MaxSessions channels on a connection; a plain Debian has 10. */
const maxChannels = 8;

function sshError(target: SshTarget, what: string, cause: unknown): LabError {
  const where = `${target.name} (${target.address}:${target.port})`;
  return new LabError('ssh', `${where}: ${what}`, {
    why: messageOf(cause),
    hint: 'lab status',
    cause,
  });
}

function hostKeyChanged({ name, address, port }: SshTarget): LabError {
  const text = `${name} (${address}:${port}) shows another ssh host key than it was given`;
  return new LabError('host-key-changed', text, {
    why: 'another machine answers at this address, or its key was replaced; nothing was sent to it',
    hint: 'lab down && lab up   (or restore the key of /etc/lab in the node)',
  });
}

/** @param accepts Whether this is the host key that the node was given; base64 of the public blob. */
function logIn(
  target: SshTarget,
  privateKey: string,
  accepts: (hostKey: string) => boolean,
): Promise<Client> {
  const client = new ssh2.Client();
  let changed = false;
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client));
    // Stays for good: ssh2 may report a second error after the first, and an unheard one ends the process.
    client.on('error', (error) => {
      // Some errors leave the socket open until the other side has had enough.
      client.destroy();
      reject(changed ? hostKeyChanged(target) : error);
    });
    // Whoever hangs up before the end of the handshake may do so without any error.
    client.once('close', () => reject(new Error('the connection was closed before the login')));
    client.connect({
      ...(target.stream ? { sock: target.stream() } : { host: target.address, port: target.port }),
      username: target.user,
      privateKey,
      hostVerifier: (key: Buffer) => {
        changed = !accepts(key.toString('base64'));
        return !changed;
      },
      algorithms: { serverHostKey: ['ssh-ed25519'] },
      readyTimeout: connectTimeout * (target.slowness ?? 1),
      keepaliveInterval: 10_000,
      keepaliveCountMax: 6,
    });
  });
}

function noConnection(target: SshTarget, error: unknown): LabError {
  return error instanceof LabError ? error : sshError(target, 'no ssh connection', error);
}

/** A connection to the node, and to no other machine. */
export async function connect(target: SshTarget): Promise<Client> {
  try {
    const { privateKey, hostKey } = await target.credentials();
    return await logIn(target, privateKey, (shown) => shown === hostKey);
  } catch (error) {
    throw noConnection(target, error);
  }
}

/** The host key of a machine that nobody knows yet, to be pinned from then on; it has to accept the login. */
export async function firstHostKey(target: SshTarget): Promise<string> {
  const { privateKey } = await target.credentials();
  let seen = '';
  try {
    const client = await logIn(target, privateKey, (shown) => {
      seen = shown;
      return true;
    });
    client.end();
    return seen;
  } catch (error) {
    throw noConnection(target, error);
  }
}

/** A channel, and its exit code; undefined if the connection was lost before the command ended. */
interface Session {
  stream: ClientChannel;
  ended: Promise<number | undefined>;
}

function exitOf(stream: ClientChannel): Promise<number | undefined> {
  return new Promise((resolve) => {
    let code: number | undefined;
    stream.on('exit', (status: number | null, signal?: string) => {
      code = status ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
    });
    stream.on('close', () => resolve(code));
  });
}

/** `reached` rejects when the time is up or the signal aborts; `lift` ends the watching. */
function limit(
  timeout: number,
  signal: AbortSignal | undefined,
  late: () => LabError,
): { reached: Promise<never>; lift: () => void } {
  let lift = (): void => undefined;
  const reached = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(late()), timeout);
    const onAbort = (): void => reject(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });
    lift = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
  });
  return { reached, lift };
}

/** The words as the wanted user: root by sudo, which is set up without a password. */
function asUser(argv: Argv, user: 'root' | 'vagrant'): Argv {
  return user === 'root' ? ['sudo', '-n', '--', ...argv] : argv;
}

/** The size is compared because the end of a lost connection looks like the end of the content. */
const writeFileScript = `
set -e
mkdir -p "$(dirname "$1")"
umask 077
cat >"$1.lab-new"
if [ "$(wc -c <"$1.lab-new")" -ne "$4" ]; then
  rm "$1.lab-new"
  echo "$1: only a part of the content arrived" >&2
  exit 1
fi
chmod "$2" "$1.lab-new"
chown "$3" "$1.lab-new"
mv "$1.lab-new" "$1"`;

/** Waits for a node that has just been started. Milliseconds, for one try and for all of them. */
export async function waitForSsh(
  node: Node,
  { each, all, interval }: { each: number; all: number; interval?: number },
  signal?: AbortSignal,
): Promise<void> {
  await until(
    async () => {
      await node.exec(['true'], { timeout: each, signal });
      return { done: true, value: undefined };
    },
    {
      describe: `${node.name} answers ssh`,
      timeout: all,
      hint: 'lab logs --out DIR',
      ...(interval === undefined ? {} : { interval }),
      ...(signal === undefined ? {} : { signal }),
    },
  );
}

/** A node over ssh: one connection, made when it is first needed and anew when it was lost. */
export function sshNode(target: SshTarget): Node {
  let connection: Promise<Client> | undefined;
  const turn = turnstile(maxChannels);
  const slowness = target.slowness ?? 1;

  function connected(): Promise<Client> {
    if (connection) return connection;
    const attempt = connect(target);
    connection = attempt;
    const forget = (): void => {
      if (connection === attempt) connection = undefined;
    };
    attempt.then(
      (client) => client.once('error', forget).once('end', forget).once('close', forget),
      forget,
    );
    return attempt;
  }

  async function channel(command: string, pty?: ShellOptions['terminal']): Promise<Session> {
    const client = await connected();
    const options = pty ? { pty: { cols: pty.columns, rows: pty.rows, term: pty.type } } : {};
    return new Promise<Session>((resolve, reject) => {
      // The exit status of a quick command may come in the same packet, before any `await` goes on.
      const done = (error: Error | undefined, stream: ClientChannel): void =>
        error ? reject(error) : resolve({ stream, ended: exitOf(stream) });
      if (command === '' && pty) {
        client.shell({ cols: pty.columns, rows: pty.rows, term: pty.type }, done);
      } else client.exec(command, options, done);
    }).catch((error: unknown) => {
      throw sshError(target, 'no ssh session', error);
    });
  }

  /** The deadline holds from here on: for the connection, the channel and the command together. */
  async function collect(argv: Argv, options: ExecOptions): Promise<ExecResult> {
    const { signal, stdin = '', as = 'root' } = options;
    const timeout = (options.timeout ?? 60_000) * slowness;
    signal?.throwIfAborted();
    const { reached, lift } = limit(timeout, signal, () => {
      const text = `${target.name}: no end after ${timeout / 1000} s`;
      return new LabError('command-timeout', text, { why: commandLine(argv) });
    });
    const opening = channel(commandLine(asUser(argv, as)));
    try {
      const { stream, ended } = await Promise.race([opening, reached]);
      const output: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
      stream.on('data', (chunk: Buffer) => output.stdout.push(chunk));
      stream.stderr.on('data', (chunk: Buffer) => output.stderr.push(chunk));
      if (options.onLine) {
        stream.on('data', lineSplitter(options.onLine));
        stream.stderr.on('data', lineSplitter(options.onLine));
      }
      stream.end(stdin);
      const exitCode = await Promise.race([ended, reached]);
      if (exitCode === undefined) {
        const lost = new Error(`it is not known how this ended: ${commandLine(argv)}`);
        throw sshError(target, 'the ssh connection was lost', lost);
      }
      const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8');
      return { stdout: text(output.stdout), stderr: text(output.stderr), exitCode };
    } catch (error) {
      // Also a channel that opens only now.
      opening.then(
        ({ stream }) => stream.close(),
        () => undefined,
      );
      throw error;
    } finally {
      lift();
    }
  }

  const node: Node = {
    name: target.name,
    role: target.role,
    address: target.address,
    slowness,
    async exec(argv, options = {}) {
      const result = await turn(() => collect(argv, options));
      if (result.exitCode !== 0 && !options.allowFailure) {
        throw commandFailed(target.name, argv, result);
      }
      return result;
    },
    async put(path, content, options = {}) {
      const { mode = '0644', owner = 'root:root' } = options;
      const size = String(Buffer.byteLength(content));
      const argv = ['sh', '-c', writeFileScript, 'sh', path, mode, owner, size];
      await node.exec(argv, { stdin: content });
    },
    async shell(options) {
      const { stream, ended } = await channel(commandLine(options.command), options.terminal);
      stream.pipe(options.stdout, { end: false });
      stream.stderr.pipe(options.stderr, { end: false });
      options.stdin.pipe(stream);
      options.onResize?.((columns, rows) => stream.setWindow(rows, columns, 0, 0));
      const code = await ended;
      options.stdin.unpipe(stream);
      return code ?? 255;
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
