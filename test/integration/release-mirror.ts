import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { sleep } from '../../scripts/base/until.ts';
import { local } from '../../scripts/nodes/local.ts';

/** How a file is answered; each request takes the next of the list, and the last one stays. */
export type Mood =
  | 'whole'
  /** In ten pieces, 100 ms apart. */
  | 'slow'
  /** Half of it, then the connection is reset. */
  | 'cut'
  /** Half of it, then the connection is closed as if that were all. */
  | 'short'
  /** Half of it, then nothing. */
  | 'stall'
  /** Not even an answer. */
  | 'silent'
  /** The connection is closed without an answer. */
  | 'dropped'
  | 'missing'
  | 'failing'
  | 'damaged';

export interface Mirror {
  /** Address without a slash at the end. */
  base: string;
  /** Path -> content. */
  files: Map<string, Buffer>;
  moods: Map<string, Mood[]>;
  /** As in "GET /dl.example/program". */
  requests: string[];
  /** Adds a file, and its checksum under the same name with .sha256. */
  publish(path: string, content: Buffer, sumText?: string): void;
  clear(): void;
  close(): void;
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

async function trickle(response: ServerResponse, content: Buffer): Promise<void> {
  const size = Math.ceil(content.length / 10);
  for (let at = 0; at < content.length; at += size) {
    response.write(content.subarray(at, at + size));
    await sleep(100);
  }
  response.end();
}

function send(response: ServerResponse, content: Buffer, mood: Mood): void {
  if (mood === 'silent') return;
  if (mood === 'dropped') return void response.destroy();
  if (mood === 'missing') return void response.writeHead(404).end('not here');
  if (mood === 'failing') return void response.writeHead(503).end('later');
  response.writeHead(200, { 'content-length': content.length });
  const half = content.subarray(0, Math.floor(content.length / 2));
  if (mood === 'whole') response.end(content);
  else if (mood === 'damaged') response.end(Buffer.alloc(content.length, 'x'));
  else if (mood === 'slow') void trickle(response, content);
  else if (mood === 'stall') response.write(half);
  else if (mood === 'short') response.write(half, () => response.socket?.end());
  else response.write(half, () => response.destroy());
}

/** A server with the layout of a release mirror, on a free port of this machine. */
export async function startMirror(): Promise<Mirror> {
  const files = new Map<string, Buffer>();
  const moods = new Map<string, Mood[]>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(`${request.method} ${path}`);
    const list = moods.get(path) ?? [];
    const mood = (list.length > 1 ? list.shift() : list[0]) ?? 'whole';
    const found = files.get(path);
    send(response, found ?? Buffer.of(), found ? mood : 'missing');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    moods,
    requests,
    publish(path, content, sumText = `${sha256(content)}  ${basename(path)}\n`) {
      files.set(path, content);
      files.set(`${path}.sha256`, Buffer.from(sumText));
    },
    clear() {
      files.clear();
      moods.clear();
      requests.length = 0;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A tar.gz with these files, made below `root`; a name may begin with ./ as some projects write it. */
export async function archive(root: string, names: readonly string[]): Promise<Buffer> {
  const folder = await mkdtemp(join(root, 'archive-'));
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), `program ${basename(name)}`, { mode: 0o600 });
  }
  const path = join(root, `${basename(folder)}.tgz`);
  await local(['tar', '-czf', path, '-C', folder, ...names]);
  return readFile(path);
}
