import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { turnstile } from '../../base/turnstile.ts';
import type { CniAnswer } from '../cni/error.ts';
import { cniCode, errorAnswer } from '../cni/error.ts';
import type { Call } from '../cni/request.ts';

export const socketName = 'agent.sock';

/**
 * Calls at work at the same time. The kernel takes network changes one after the other (rtnl lock), so more would
 * only wait there, each in a process of its own.
 */
const parallel = 4;
/** A call with its configuration has a few kilobytes. */
const longest = 1 << 20;

/** The first line. Not by `for await`, which would close the socket when it is left. */
function lineOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
      else if (text.length > longest) reject(new Error('the call is too long'));
    });
    socket.once('close', () => reject(new Error('the caller went away')));
  });
}

/** Serves shims on a socket that only root may use. One line with a call, one line with its answer. */
export async function serve(
  folder: string,
  answer: (call: Call) => Promise<CniAnswer>,
): Promise<Server> {
  const inTurn = turnstile(parallel);

  async function take(socket: Socket): Promise<void> {
    let call: Call;
    try {
      call = JSON.parse(await lineOf(socket)) as Call;
      if (call.v !== 1) throw new Error(`a call of version ${String(call.v)}`);
    } catch (error) {
      const body = { code: cniCode.decodingFailure, msg: messageOf(error), cniVersion: '1.1.0' };
      socket.end(`${JSON.stringify({ exit: 1, stdout: JSON.stringify(body) })}\n`);
      return;
    }
    const answered = await inTurn(() => answer(call)).catch((error: unknown) =>
      errorAnswer('1.1.0', error),
    );
    socket.end(`${JSON.stringify(answered)}\n`);
  }

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // The shim may be killed at any time; the call is carried out all the same.
    socket.on('error', () => undefined);
    void take(socket);
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, socketName);
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return server;
}
