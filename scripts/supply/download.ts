import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LabError, messageOf } from '../base/errors.ts';
import { sleep } from '../base/until.ts';
import type { Report } from '../nodes/provider.ts';

export interface DownloadOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds without a byte after which a transfer counts as broken; default 30 000. */
  stall?: number;
  /** Milliseconds before a broken transfer is tried again; default 1000. */
  pause?: number;
}

const attempts = 3;
const megabyte = 1_000_000;
export const useModules = 'or build it instead: `supply: {source: modules}` in lab.yaml';

/** A transfer that ended early: worth another attempt, unlike every other failure. */
class BrokenTransfer extends Error {}

/** The reason below fetch's own "fetch failed" and "terminated". */
function causeOf(error: unknown): { code: string; text: string } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code = '' } = cause as NodeJS.ErrnoException;
  // A name with several addresses fails with an AggregateError, whose message is empty.
  return { code, text: messageOf(cause) || code };
}

/** What a lost connection looks like, as opposed to one that never came to be. */
const lost = /^(UND_ERR_SOCKET|UND_ERR_BODY_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|ECONNRESET|EPIPE)$/;

type Take = (chunks: AsyncIterable<Uint8Array>, size: number | undefined) => Promise<void>;

async function statusError(url: string, response: Response): Promise<Error> {
  await response.body?.cancel();
  const text = `HTTP ${response.status} ${response.statusText}`.trim();
  if (response.status >= 500) return new BrokenTransfer(text);
  return new LabError('release-status', `the download was refused: ${text}`, {
    why: url,
    hint: `check the version and supply.releaseBase in lab.yaml, ${useModules}`,
  });
}

/** One attempt: asks for the URL and hands its bytes to `take`. */
async function attempt(url: string, take: Take, options: DownloadOptions): Promise<void> {
  const { stall = 30_000, signal } = options;
  const silent = new AbortController();
  const giveUp = (): void => silent.abort(new BrokenTransfer(`no data for ${stall / 1000} s`));
  const timer = setTimeout(giveUp, stall);
  async function* alive(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of Readable.fromWeb(body as never)) {
      timer.refresh();
      yield chunk as Uint8Array;
    }
  }
  let connected = false;
  try {
    const response = await fetch(url, {
      signal: signal ? AbortSignal.any([signal, silent.signal]) : silent.signal,
      // The published sum is that of the file as stored, not of something unpacked on the way.
      headers: { 'accept-encoding': 'identity' },
    });
    connected = true;
    timer.refresh();
    if (!response.ok || !response.body) throw await statusError(url, response);
    const length = response.headers.get('content-length');
    await take(alive(response.body), length === null ? undefined : Number(length));
  } catch (error) {
    signal?.throwIfAborted();
    if (silent.signal.aborted) throw silent.signal.reason;
    if (error instanceof LabError || error instanceof BrokenTransfer) throw error;
    const { code, text } = causeOf(error);
    if (connected || lost.test(code)) throw new BrokenTransfer(text, { cause: error });
    throw new LabError('release-unreachable', `cannot reach ${url.split('/')[2] ?? url}`, {
      why: `${text} (${url})`,
      hint: `check the network, ${useModules}`,
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Attempts until one is complete; `take` begins anew each time. */
async function transfer(
  url: string,
  take: Take,
  report: Report,
  options: DownloadOptions,
): Promise<void> {
  for (let count = 1; ; count++) {
    try {
      return await attempt(url, take, options);
    } catch (error) {
      if (!(error instanceof BrokenTransfer)) throw error;
      if (count === attempts) {
        throw new LabError('release-broken', `the download of ${basename(url)} broke off`, {
          why: `${error.message}, ${attempts} times in a row (${url})`,
          hint: `run the same command again: finished parts are kept; ${useModules}`,
          cause: error,
        });
      }
      const next = `attempt ${count + 1} of ${attempts}`;
      report(`${basename(url)}: the download broke off (${error.message}); ${next}`);
      await sleep(options.pause ?? 1000, options.signal);
    }
  }
}

/** The sum of this file in a published text: a bare sum, or lines of "sum  name". */
export function findSum(text: string, file: string): string | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const bare = /^[0-9a-f]{64}$/i.exec(lines[0]?.trim() ?? '');
  if (lines.length === 1 && bare) return bare[0].toLowerCase();
  for (const line of lines) {
    const [, sum, name] = /^([0-9a-f]{64})\s+\*?(\S+)\s*$/i.exec(line) ?? [];
    if (sum !== undefined && name !== undefined && basename(name) === file) {
      return sum.toLowerCase();
    }
  }
  return undefined;
}

async function publishedSum(
  url: string,
  file: string,
  report: Report,
  options: DownloadOptions,
): Promise<string> {
  let text = '';
  const read: Take = async (chunks) => {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    text = Buffer.concat(parts).toString('utf8');
  };
  await transfer(url, read, report, options);
  const sum = findSum(text, file);
  if (sum !== undefined) return sum;
  throw new LabError('release-checksum', `no SHA-256 of ${file} is published`, {
    why: `${url} holds: ${JSON.stringify(text.slice(0, 80))}`,
    hint: `check that no log-in page or proxy answers in its place, ${useModules}`,
  });
}

/** Words such as "kubeadm: 12 of 71 MB (17 %)", at most two a second. */
function progress(label: string, size: number | undefined, report: Report): (got: number) => void {
  let last = 0;
  const rounded = (bytes: number): string => (bytes / megabyte).toFixed(bytes < megabyte ? 1 : 0);
  return (got) => {
    const now = Date.now();
    if (now - last < 500 && got !== size) return;
    last = now;
    if (!size) report(`${label}: ${rounded(got)} MB`);
    else {
      const percent = Math.floor((got / size) * 100);
      report(`${label}: ${rounded(got)} of ${rounded(size)} MB (${percent} %)`);
    }
  };
}

/** Writes the bytes to a file, and gives their SHA-256. */
async function save(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  tell: (got: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  let got = 0;
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      tell((got += chunk.length));
      yield chunk;
    }
  }
  try {
    await pipeline(watched, createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    const { syscall } = error as NodeJS.ErrnoException;
    if (syscall !== 'write' && syscall !== 'open') throw error;
    throw new LabError('disk-write', `cannot write ${path}`, {
      why: messageOf(error),
      hint: 'make room (df -h shows the disks), then run the same command again',
      cause: error,
    });
  }
  return hash.digest('hex');
}

/**
 * Downloads a file of which a SHA-256 is published; it stays only if it has that sum.
 * @throws LabError `release-unreachable`, `release-status`, `release-broken`, `release-checksum`, `disk-write`.
 */
export async function downloadVerified(
  { url, sumUrl, path }: { url: string; sumUrl: string; path: string },
  report: Report,
  options: DownloadOptions,
): Promise<void> {
  const file = basename(url);
  const expected = await publishedSum(sumUrl, file, report, options);
  let actual = '';
  const take: Take = async (chunks, size) => {
    actual = await save(chunks, path, progress(file, size, report));
  };
  try {
    await transfer(url, take, report, options);
    if (actual === expected) return;
    throw new LabError('release-checksum', `${file} has a wrong checksum; it was removed`, {
      why: `the file is damaged or not the published one (${url})`,
      details: `expected ${expected}\nactual   ${actual}`,
      hint: `run the same command again; if it repeats, do not trust this source, ${useModules}`,
    });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
