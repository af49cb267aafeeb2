import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import ssh2 from 'ssh2';
import type { Connection, PseudoTtyInfo, ServerChannel, Session, WindowChangeInfo } from 'ssh2';

const { Server, utils } = ssh2;

export interface KeyPair {
  private: string;
  /** base64 of the public blob, as in a .pub file. */
  blob: string;
}

export function makeKey(): KeyPair {
  const pair = utils.generateKeyPairSync('ed25519');
  return { private: pair.private, blob: pair.public.split(' ')[1] ?? '' };
}

interface ServerOptions {
  hostKey: KeyPair;
  userKey: KeyPair;
  /** 0 for any free port. */
  port?: number;
  /** As sshd's MaxSessions: more than these on one connection are refused. */
  maxSessions?: number;
}

/** An sshd of this process on 127.0.0.1, and what it was asked. */
export interface SshServer {
  port: number;
  /** Command lines in the order of their arrival. */
  commands: string[];
  connections: number;
  /** Sessions that are open now, and the most that ever were. */
  sessions: { now: number; most: number };
  terminals: (PseudoTtyInfo | WindowChangeInfo)[];
  /** Takes sessions over; otherwise commands are run by `bash -c` on this machine, as a login shell would. */
  onSession: ((accept: () => Session, inOnePacket: (send: () => void) => void) => void) | undefined;
  /** Cuts all connections, as a node that is switched off does. */
  drop(): void;
  close(): Promise<void>;
}

/** Stands in for sudo: takes only the words that a password-less sudo is called with. */
const sudo = `#!/bin/sh
[ "$1 $2" = '-n --' ] || exit 99
shift 2
AS_ROOT=yes
export AS_ROOT
exec "$@"
`;

/** A terminal of one command: says its size and every new one, until it gets an empty line. */
function terminal(channel: ServerChannel, session: Session, first: PseudoTtyInfo): void {
  channel.write(`${first.cols}x${first.rows}\n`);
  session.on('window-change', (accept, _reject, { cols, rows }) => {
    accept?.();
    channel.write(`${cols}x${rows}\n`);
  });
  channel.on('data', (keys: Buffer) => {
    if (keys.toString() !== '\n') return void channel.write(`<${keys.toString()}>`);
    channel.exit(7);
    channel.end();
  });
}

/**
 * Forwards stdout and stderr, one chunk at a time. ssh2's server remembers a chunk that had to wait
 * for the window even after it is sent, and sends it again, with a second acknowledgement that
 * closes the channel, when another one has to wait: so what it remembers is taken away.
 */
async function forwardOutput(child: ChildProcess, channel: ServerChannel): Promise<void> {
  let last = Promise.resolve();
  const write = (to: Writable, chunk: Buffer): Promise<void> =>
    new Promise((resolve) => {
      to.write(chunk, () => {
        Object.assign(channel, {
          _chunk: null,
          _chunkcb: null,
          _chunkErr: null,
          _chunkcbErr: null,
        });
        resolve();
      });
    });
  const forward = async (from: Readable, to: Writable): Promise<void> => {
    for await (const chunk of from) await (last = last.then(() => write(to, chunk as Buffer)));
  };
  await Promise.all([
    forward(child.stdout as Readable, channel),
    forward(child.stderr as Readable, channel.stderr),
  ]);
}

export async function startSshServer(options: ServerOptions): Promise<SshServer> {
  const { hostKey, userKey, maxSessions = 10 } = options;
  const tools = await mkdtemp(join(tmpdir(), 'lab-ssh-server-'));
  await writeFile(join(tools, 'sudo'), sudo, { mode: 0o755 });
  const env = { ...process.env, PATH: `${tools}${delimiter}${process.env['PATH']}` };
  const open = new Set<Connection>();
  const children = new Set<ChildProcess>();

  function runCommand(channel: ServerChannel, command: string): void {
    const child = spawn('bash', ['-c', command], { env, detached: true });
    children.add(child);
    channel.pipe(child.stdin);
    child.stdin.on('error', () => undefined);
    const sent = forwardOutput(child, channel);
    channel.on('close', () => {
      if (child.exitCode === null && child.pid) process.kill(-child.pid, 'SIGKILL');
    });
    child.on('close', (code, signal) => {
      children.delete(child);
      void sent.then(() => {
        if (code !== null) channel.exit(code);
        else if (signal) channel.exit(signal.slice('SIG'.length), false, '');
        channel.end();
      });
    });
  }

  const server = new Server({ hostKeys: [hostKey.private] }, (connection) => {
    open.add(connection);
    seen.connections++;
    let sessions = 0;
    const { _sock: socket } = connection as unknown as { _sock: Socket };
    const inOnePacket = (send: () => void): void => {
      socket.cork();
      send();
      process.nextTick(() => socket.uncork());
    };
    connection.on('error', () => undefined);
    connection.on('close', () => open.delete(connection));
    connection.on('authentication', (context) => {
      const known = context.method === 'publickey' && context.key.data.toString('base64');
      if (known === userKey.blob) context.accept();
      else context.reject(['publickey']);
    });
    connection.on('session', (accept, reject) => {
      if (seen.onSession) return seen.onSession(accept, inOnePacket);
      if (sessions === maxSessions) return void reject();
      sessions++;
      seen.sessions.most = Math.max(seen.sessions.most, ++seen.sessions.now);
      const session = accept();
      session.on('close', () => {
        sessions--;
        seen.sessions.now--;
      });
      let pty: PseudoTtyInfo | undefined;
      session.on('pty', (ok, _no, info) => {
        pty = info;
        seen.terminals.push(info);
        ok?.();
      });
      session.on('shell', (ok) => {
        seen.commands.push('');
        if (pty) terminal(ok(), session, pty);
      });
      session.on('exec', (ok, _no, { command }) => {
        seen.commands.push(command);
        if (pty) terminal(ok(), session, pty);
        else runCommand(ok(), command);
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });

  const seen: SshServer = {
    port: (server.address() as AddressInfo).port,
    commands: [],
    connections: 0,
    sessions: { now: 0, most: 0 },
    terminals: [],
    onSession: undefined,
    drop() {
      for (const connection of open) connection.end();
    },
    async close() {
      for (const child of children) {
        if (child.pid) process.kill(-child.pid, constants.signals.SIGKILL);
      }
      seen.drop();
      await new Promise((resolve) => server.close(resolve));
      await rm(tools, { recursive: true });
    },
  };
  return seen;
}
