import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../scripts/base/errors.ts';
import { until } from '../../scripts/base/until.ts';
import type { Credentials } from '../../scripts/nodes/identity.ts';
import type { Node } from '../../scripts/nodes/node.ts';
import { sshNode } from '../../scripts/nodes/ssh.ts';
import { makeKey, startSshServer, type SshServer } from './ssh-server.ts';

const hostKey = makeKey();
const userKey = makeKey();
const opened: Node[] = [];
let server: SshServer;
let folder = '';

/** A node at a port of this machine, with the keys that it should have. */
function nodeAt(
  port: number,
  credentials: Credentials | Promise<Credentials> = {
    privateKey: userKey.private,
    hostKey: hostKey.blob,
  },
): Node {
  const node = sshNode({
    name: 'node1',
    role: 'worker',
    address: '127.0.0.1',
    port,
    user: 'vagrant',
    credentials: async () => credentials,
  });
  opened.push(node);
  return node;
}

/** The error that a promise ends in. */
async function failure(promise: Promise<unknown>): Promise<LabError> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LabError);
  return error as LabError;
}

async function eventually(describe: string, check: () => boolean): Promise<void> {
  await until(
    async () => (check() ? { done: true, value: undefined } : { done: false, state: 'no' }),
    { describe, timeout: 5_000, interval: 10 },
  );
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-ssh-'));
  server = await startSshServer({ hostKey, userKey });
});

afterEach(async () => {
  for (const node of opened.splice(0)) node.close();
  await server.close();
  await rm(folder, { recursive: true });
});

describe('exec', () => {
  it('runs as root by sudo without a password, or as vagrant', async () => {
    const node = nodeAt(server.port);
    const who = ['sh', '-c', 'echo "${AS_ROOT-no}"'];
    expect((await node.exec(who)).stdout).toBe('yes\n');
    expect((await node.exec(who, { as: 'vagrant' })).stdout).toBe('no\n');
    expect(server.commands).toEqual([
      `sudo -n -- sh -c 'echo "\${AS_ROOT-no}"'`,
      `sh -c 'echo "\${AS_ROOT-no}"'`,
    ]);
    expect(server.connections).toBe(1);
  });

  it('hands over every word as it is', async () => {
    const words = ['', "it's", '$HOME $(id) `id`', 'a\nb', '"', '\\', '*', '-n', 'Größe 漢字'];
    const { stdout } = await nodeAt(server.port).exec(['printf', '%s\\0', ...words]);
    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
  });

  it('keeps stdout and stderr apart', async () => {
    const { stdout, stderr } = await nodeAt(server.port).exec([
      'sh',
      '-c',
      'echo out; echo err >&2',
    ]);
    expect([stdout, stderr]).toEqual(['out\n', 'err\n']);
  });

  it.each([0, 1, 2, 127, 255])('gives exit code %i', async (code) => {
    const argv = ['sh', '-c', `exit ${code}`];
    const result = await nodeAt(server.port).exec(argv, { allowFailure: true });
    expect(result.exitCode).toBe(code);
  });

  it.each([
    ['HUP', 129],
    ['ABRT', 134],
    ['KILL', 137],
    ['SEGV', 139],
    ['TERM', 143],
  ])('gives 128 + n for SIG%s, as a shell does', async (signal, code) => {
    const argv = ['sh', '-c', `kill -${signal} $$`];
    const result = await nodeAt(server.port).exec(argv, { allowFailure: true });
    expect(result.exitCode).toBe(code);
  });

  it('throws with node, exit code, command and last lines', async () => {
    const error = await failure(
      nodeAt(server.port).exec(['sh', '-c', 'seq 100; echo "no such thing" >&2; exit 3']),
    );
    expect(error).toMatchObject({
      code: 'command-failed',
      message: 'node1: command failed with exit code 3',
      why: `sh -c 'seq 100; echo "no such thing" >&2; exit 3'`,
      details: 'no such thing',
    });
    const quiet = await failure(nodeAt(server.port).exec(['sh', '-c', 'seq 100; exit 3']));
    expect(quiet.details?.split('\n')).toEqual(Array.from({ length: 20 }, (_, i) => `${i + 81}`));
  });

  it('sends stdin, also binary and large', async () => {
    const node = nodeAt(server.port);
    expect((await node.exec(['cat'], { stdin: 'Größe\n' })).stdout).toBe('Größe\n');
    const bytes = randomBytes(5_000_000);
    const { stdout } = await node.exec(
      ['sh', '-c', 'cat >"$0"; wc -c <"$0"', join(folder, 'big')],
      {
        stdin: bytes,
      },
    );
    expect(Number(stdout)).toBe(bytes.length);
    expect(bytes.equals(await readFile(join(folder, 'big')))).toBe(true);
  });

  it('gives a command without stdin an empty one', async () => {
    expect((await nodeAt(server.port).exec(['cat'])).stdout).toBe('');
  });

  it('survives a command that does not read its stdin', async () => {
    const node = nodeAt(server.port);
    const stdin = Buffer.alloc(4_000_000);
    expect((await node.exec(['true'], { stdin })).exitCode).toBe(0);
    expect((await node.exec(['false'], { stdin, allowFailure: true })).exitCode).toBe(1);
  });

  it('takes large output of both kinds', async () => {
    const script = 'seq 400000; seq 400000 >&2';
    const { stdout, stderr } = await nodeAt(server.port).exec(['sh', '-c', script]);
    expect(stdout.length).toBeGreaterThan(2_500_000);
    expect(stdout.trimEnd().split('\n')).toHaveLength(400_000);
    expect(stderr).toBe(stdout);
  });

  it('tells of lines while the command runs, each stream by itself', async () => {
    const lines: string[] = [];
    const when: number[] = [];
    const script =
      'printf half; sleep 0.1; echo other >&2; sleep 0.1; echo " whole"; printf Gr; sleep 0.1; printf "\\303"; sleep 0.1; printf "\\266ße\\n"';
    await nodeAt(server.port).exec(['sh', '-c', script], {
      onLine: (line) => {
        lines.push(line);
        when.push(Date.now());
      },
    });
    expect(lines).toEqual(['other', 'half whole', 'Größe']);
    expect((when[2] ?? 0) - (when[0] ?? 0)).toBeGreaterThan(100);
  });

  it('never opens more sessions than sshd allows, and loses none', async () => {
    const node = nodeAt(server.port);
    const argv = (i: number): string[] => ['sh', '-c', `sleep 0.05; echo ${i}`];
    const results = await Promise.all(Array.from({ length: 30 }, (_, i) => node.exec(argv(i))));
    expect(results.map(({ stdout }) => Number(stdout))).toEqual([...results.keys()]);
    expect(server.sessions.most).toBe(8);
    expect(server.connections).toBe(1);
  });

  it('frees its place also when commands fail', async () => {
    const node = nodeAt(server.port);
    const failing = Array.from({ length: 20 }, () => failure(node.exec(['false'])));
    expect((await Promise.all(failing)).map(({ code }) => code)).toEqual(
      Array(20).fill('command-failed'),
    );
    expect((await node.exec(['echo', 'still works'])).stdout).toBe('still works\n');
  });
});

describe('a limit', () => {
  it('ends a command that takes too long, and its session', async () => {
    const node = nodeAt(server.port);
    const error = await failure(node.exec(['sleep', '600'], { timeout: 300 }));
    expect(error).toMatchObject({
      code: 'command-timeout',
      message: 'node1: no end after 0.3 s',
      why: 'sleep 600',
    });
    await eventually('the session closed', () => server.sessions.now === 0);
    expect((await node.exec(['echo', 'next'])).stdout).toBe('next\n');
    expect(server.connections).toBe(1);
  });

  it('holds for opening a session too', async () => {
    const node = nodeAt(server.port);
    await node.exec(['true']);
    let held = 0;
    server.onSession = () => held++;
    const error = await failure(node.exec(['true'], { timeout: 200 }));
    expect(error.code).toBe('command-timeout');
    expect(held).toBe(1);
  });

  it('closes a session that opens only afterwards', async () => {
    const node = nodeAt(server.port);
    await node.exec(['true']);
    let open: () => void = () => undefined;
    let closed = false;
    server.onSession = (accept) => {
      open = () =>
        accept().on('exec', (ok) =>
          ok()
            .resume()
            .on('close', () => (closed = true)),
        );
    };
    const error = await failure(node.exec(['true'], { timeout: 200 }));
    expect(error.code).toBe('command-timeout');
    open();
    await eventually('the late session closed', () => closed);
  });

  it('holds where nobody answers at all', async () => {
    const silent = createServer();
    const port = await listen(silent);
    const began = Date.now();
    const error = await failure(nodeAt(port).exec(['true'], { timeout: 300 }));
    expect(error.code).toBe('command-timeout');
    expect(Date.now() - began).toBeLessThan(3_000);
    silent.close();
  });

  it('stops at once when the signal aborts', async () => {
    const node = nodeAt(server.port);
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    const running = node.exec(['sleep', '600'], { signal: controller.signal });
    await eventually('the command runs', () => server.commands.length === 1);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await eventually('the session closed', () => server.sessions.now === 0);
    await expect(node.exec(['true'], { signal: controller.signal })).rejects.toBe(reason);
    expect(server.commands).toHaveLength(1);
  });
});

function listen(made: Server): Promise<number> {
  return new Promise((resolve) => {
    made.listen(0, '127.0.0.1', () => resolve((made.address() as AddressInfo).port));
  });
}

describe('a connection', () => {
  it('is made anew after the node dropped it', async () => {
    const node = nodeAt(server.port);
    await node.exec(['true']);
    server.drop();
    await eventually('the next command works', () => server.sessions.now === 0);
    await until(async () => ({ done: true, value: await node.exec(['true']) }), {
      describe: 'a new connection',
      timeout: 5_000,
      interval: 10,
    });
    expect(server.connections).toBe(2);
  });

  it('is made anew after close()', async () => {
    const node = nodeAt(server.port);
    await node.exec(['true']);
    node.close();
    await node.exec(['true']);
    expect(server.connections).toBe(2);
  });

  it("that is lost under a command is an error, never the command's own failure", async () => {
    const node = nodeAt(server.port);
    const running = node.exec(['sleep', '600'], { allowFailure: true });
    await eventually('the command runs', () => server.commands.length === 1);
    server.drop();
    const error = await failure(running);
    expect(error).toMatchObject({ code: 'ssh', hint: 'lab status' });
    expect(error.message).toContain('node1');
    expect(error.why).toContain('sleep 600');
  });

  it('works again on the same port after the node was made anew', async () => {
    const node = nodeAt(server.port);
    const { port } = server;
    await node.exec(['true']);
    await server.close();
    expect((await failure(node.exec(['true']))).code).toBe('ssh');
    server = await startSshServer({ hostKey, userKey, port });
    await node.exec(['true']);
  });

  it('is refused where another machine answers, before anything is sent to it', async () => {
    const other = nodeAt(server.port, { privateKey: userKey.private, hostKey: makeKey().blob });
    for (let i = 0; i < 3; i++) {
      const error = await failure(other.exec(['true']));
      expect(error).toMatchObject({ code: 'host-key-changed' });
      expect(error.message).toContain(`127.0.0.1:${server.port}`);
    }
    expect(server.commands).toEqual([]);
  });

  it('is refused to a foreign key', async () => {
    const node = nodeAt(server.port, { privateKey: makeKey().private, hostKey: hostKey.blob });
    const error = await failure(node.exec(['true']));
    expect(error).toMatchObject({ code: 'ssh', hint: 'lab status' });
    expect(error.why).toMatch(/authentication/i);
    expect(server.commands).toEqual([]);
  });

  it('says what is wrong with keys that are damaged or gone', async () => {
    const damaged = nodeAt(server.port, { privateKey: 'nonsense', hostKey: hostKey.blob });
    expect((await failure(damaged.exec(['true']))).code).toBe('ssh');
    const gone = nodeAt(server.port, Promise.reject(new Error('ENOENT: id_ed25519')));
    expect(await failure(gone.exec(['true']))).toMatchObject({
      code: 'ssh',
      why: 'ENOENT: id_ed25519',
    });
  });

  it('fails plainly where nobody listens', async () => {
    const closed = createServer();
    const port = await listen(closed);
    await new Promise((resolve) => closed.close(resolve));
    const error = await failure(nodeAt(port).exec(['true']));
    expect(error.message).toBe(`node1 (127.0.0.1:${port}): no ssh connection`);
    expect(error.why).toContain('ECONNREFUSED');
  });

  // A second, unheard error of the same connection once ended the whole process.
  it.each<[string, (socket: Socket) => void]>([
    ['hangs up at once', (socket) => socket.destroy()],
    ['resets', (socket) => socket.resetAndDestroy()],
    ['hangs up politely', (socket) => socket.end()],
    ['hangs up after its banner', (socket) => socket.end('SSH-2.0-node\r\n')],
    ['talks about something else', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    [
      'sends noise after its banner',
      (socket) => socket.end(`SSH-2.0-node\r\n${'\0x'.repeat(9000)}`),
    ],
    [
      'sends noise and then resets',
      (socket) => {
        socket.write(`SSH-2.0-node\r\n${'\0x'.repeat(9000)}`);
        setTimeout(() => socket.resetAndDestroy(), 20);
      },
    ],
  ])('to something that %s is an error, and may be tried again', async (_, answer) => {
    const odd = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      answer(socket);
    });
    const node = nodeAt(await listen(odd));
    for (let i = 0; i < 3; i++) {
      expect((await failure(node.exec(['true'], { timeout: 5_000 }))).code).toBe('ssh');
    }
    await new Promise((resolve) => odd.close(resolve));
  });

  it('is not held open to something that never hangs up', async () => {
    let gone = false;
    const odd = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined).on('close', () => (gone = true));
      socket.write(`SSH-2.0-node\r\n${'\0x'.repeat(9000)}`);
      const more = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(more));
    });
    expect((await failure(nodeAt(await listen(odd)).exec(['true']))).code).toBe('ssh');
    await eventually('the connection closed', () => gone);
    await new Promise((resolve) => odd.close(resolve));
  });

  it('serves a quick command whose end comes with its beginning', async () => {
    server.onSession = (accept, inOnePacket) => {
      accept().on('exec', (ok) => {
        inOnePacket(() => {
          const channel = ok();
          channel.stderr.write('quick\n');
          channel.exit(5);
          channel.end();
        });
      });
    };
    const node = nodeAt(server.port);
    for (const stdin of ['', 'x'.repeat(100_000)]) {
      const result = await node.exec(['x'], { stdin, allowFailure: true });
      expect(result).toEqual({ stdout: '', stderr: 'quick\n', exitCode: 5 });
    }
  });
});

describe('put', () => {
  const owner = `${process.getuid?.()}:${process.getgid?.()}`;

  it('writes every byte there is', async () => {
    const path = join(folder, 'deep', "it's a folder", 'file');
    const content = Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256));
    await nodeAt(server.port).put(path, content, { mode: '0640', owner });
    expect([...(await readFile(path))]).toEqual([...content]);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await readdir(join(path, '..'))).toEqual(['file']);
  });

  it('replaces a file as a whole', async () => {
    const path = join(folder, 'file');
    const node = nodeAt(server.port);
    await node.put(path, 'first', { owner });
    const before = (await stat(path)).ino;
    await node.put(path, '', { owner });
    expect(await readFile(path, 'utf8')).toBe('');
    expect((await stat(path)).ino).not.toBe(before);
  });

  it('keeps the old content when only half of the new arrives', async () => {
    const path = join(folder, 'file');
    const node = nodeAt(server.port);
    await node.put(path, 'old', { owner });
    // The end of a lost connection looks like the end of the file to `cat`.
    const line = server.commands.at(-1) ?? '';
    const half = nodeAt(server.port).exec(['sh', '-c', line.replace(/ 3$/, ' 6')], {
      stdin: 'new',
      allowFailure: true,
    });
    expect((await half).exitCode).not.toBe(0);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('says why it cannot', async () => {
    const node = nodeAt(server.port);
    await node.put(join(folder, 'file'), 'x', { owner });
    const error = await failure(node.put(join(folder, 'file', 'below'), 'x', { owner }));
    expect(error.code).toBe('command-failed');
    expect(error.details).toMatch(/not a directory|File exists/i);
  });
});

describe('shell', () => {
  const reader = (): { stream: PassThrough; text: () => string } => {
    const chunks: Buffer[] = [];
    const stream = new PassThrough();
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    return { stream, text: () => Buffer.concat(chunks).toString() };
  };

  it.each([
    ['a login shell', []],
    ['a command', ['top', '-d', '1 s']],
  ])('gives %s a terminal that follows the size', async (_, command) => {
    const stdin = new PassThrough();
    const stdout = reader();
    let resize: (columns: number, rows: number) => void = () => undefined;
    const session = nodeAt(server.port).shell({
      command,
      terminal: { columns: 80, rows: 24, type: 'xterm-256color' },
      stdin,
      stdout: stdout.stream,
      stderr: reader().stream,
      onResize: (listener) => (resize = listener),
    });
    await eventually('the first size', () => stdout.text() === '80x24\n');
    stdin.write('ls');
    await eventually('an echo', () => stdout.text().endsWith('<ls>'));
    resize(132, 50);
    await eventually('the new size', () => stdout.text().endsWith('132x50\n'));
    stdin.write('\n');
    expect(await session).toBe(7);
    expect(server.terminals[0]).toMatchObject({ cols: 80, rows: 24, term: 'xterm-256color' });
    expect(server.commands).toEqual([command.length === 0 ? '' : "top -d '1 s'"]);
    expect(() => resize(1, 1)).not.toThrow();
    expect(stdin.listenerCount('data')).toBe(0);
  });

  it('runs a command without a terminal, as vagrant, with stdin to its end', async () => {
    const stdin = new PassThrough();
    const [stdout, stderr] = [reader(), reader()];
    stdin.end('one\ntwo\n');
    const code = await nodeAt(server.port).shell({
      command: ['sh', '-c', 'wc -l; echo "${AS_ROOT-no}" >&2; exit 4'],
      stdin,
      stdout: stdout.stream,
      stderr: stderr.stream,
    });
    expect([code, stdout.text().trim(), stderr.text()]).toEqual([4, '2', 'no\n']);
  });

  it('ends with 255, as ssh does, when the connection is lost', async () => {
    const session = nodeAt(server.port).shell({
      command: ['sleep', '600'],
      stdin: new PassThrough(),
      stdout: reader().stream,
      stderr: reader().stream,
    });
    await eventually('the command runs', () => server.commands.length === 1);
    server.drop();
    expect(await session).toBe(255);
  });
});
