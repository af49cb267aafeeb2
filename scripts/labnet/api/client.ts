import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';

/** Where kubelet puts what a pod talks to the API server with. */
const account = '/var/run/secrets/kubernetes.io/serviceaccount';

/** An answer that is no success; `status` is HTTP's. 410 means that a resourceVersion is too old. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** The API server, as a pod asks it. */
export interface ApiClient {
  /** The answer's JSON. */
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  /** A JSON merge patch (RFC 7386). */
  patch(path: string, body: unknown): Promise<void>;
  /** The answer line by line, as long as the server sends. Ends with an error when nothing comes for too long. */
  lines(path: string, signal: AbortSignal): AsyncIterable<string>;
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of message.setEncoding('utf8')) text += String(chunk);
  return text;
}

interface Options {
  host: string;
  port: number;
  folder?: string;
}

/** Silence on a watch for longer than this (ms) means a lost connection: bookmarks come about once a minute. */
const silence = 150_000;
const patience = 15_000;

export async function apiClient({ host, port, folder = account }: Options): Promise<ApiClient> {
  const ca = await readFile(join(folder, 'ca.crt'));
  const agent = new Agent({ keepAlive: true, ca });

  async function send(
    method: string,
    path: string,
    timeout: number,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    // Kubelet renews the token; a copy in memory would be refused after an hour.
    const token = await readFile(join(folder, 'token'), 'utf8');
    const headers = {
      authorization: `Bearer ${token.trim()}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/merge-patch+json' }),
    };
    return new Promise((resolve, reject) => {
      const options = {
        host,
        port,
        path,
        method,
        headers,
        agent,
        timeout,
        ...(signal && { signal }),
      };
      const asked = request(options, (message) => {
        const { statusCode: status = 0 } = message;
        if (status < 300) return resolve(message);
        textOf(message).then(
          (text) =>
            reject(new ApiError(status, `${method} ${path}: ${status} ${text.slice(0, 300)}`)),
          reject,
        );
      });
      asked.on('timeout', () =>
        asked.destroy(new Error(`${path}: no answer for ${timeout / 1000} s`)),
      );
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  return {
    async get<T>(path: string, signal?: AbortSignal) {
      return JSON.parse(await textOf(await send('GET', path, patience, undefined, signal))) as T;
    },
    async patch(path, body) {
      await textOf(await send('PATCH', path, patience, body));
    },
    async *lines(path, signal) {
      const message = await send('GET', path, silence, undefined, signal);
      let rest = '';
      for await (const chunk of message.setEncoding('utf8')) {
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        yield* lines;
      }
    },
  };
}
