import { Agent, request } from 'node:https';
import { parse } from 'yaml';
import { LabError, messageOf } from '../base/errors.ts';
import { sleep } from '../base/until.ts';
import type { Node } from '../nodes/node.ts';

/** The administrator's kubeconfig on the control plane, as kubeadm writes it. */
export const adminConf = '/etc/kubernetes/admin.conf';

export interface AskOptions {
  /** Default GET. */
  method?: 'GET' | 'POST' | 'DELETE';
  /** The form of the answer; default application/json. */
  accept?: string;
  /** The object to send, as JSON. */
  body?: object;
  /** Deadline in milliseconds on a node of slowness 1; default 10 000. */
  timeout?: number;
  signal?: AbortSignal;
}

/** What the API server said: its HTTP status and its text. */
export interface ApiAnswer {
  status: number;
  text: string;
}

/**
 * Asks the API server over one kept connection. Every start of kubectl costs a tenth of a second of CPU on
 * the node, which a poll on two cores takes from what it waits for.
 */
export interface Api {
  /** The answer, whatever its status. @throws LabError `api-unreachable` when nobody answers. */
  ask(path: string, options?: AskOptions): Promise<ApiAnswer>;
}

interface Credentials {
  host: string;
  port: number;
  ca: Buffer;
  cert: Buffer;
  key: Buffer;
}

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

function credentialsOf(text: string): Credentials {
  const { clusters, users } = parse(text) as Kubeconfig;
  const cluster = clusters[0]?.cluster;
  const user = users[0]?.user;
  if (!cluster || !user) throw new LabError('kubeconfig', `${adminConf} names no cluster`);
  const { hostname, port } = new URL(cluster.server);
  const bytes = (data: string): Buffer => Buffer.from(data, 'base64');
  return {
    host: hostname,
    port: Number(port || 443),
    ca: bytes(cluster['certificate-authority-data']),
    cert: bytes(user['client-certificate-data']),
    key: bytes(user['client-key-data']),
  };
}

/** A look at everything asks for some sixty lists in one moment; each connection costs both sides a handshake. */
const maxSockets = 8;

/** "Too many requests": the API server has work enough, and wants to be asked again in a second. */
const tooMany = 429;

type Limited = AskOptions & { timeout: number };

function send(
  agent: Agent,
  { host, port }: Credentials,
  path: string,
  { method = 'GET', accept = 'application/json', body, signal, timeout }: Limited,
): Promise<ApiAnswer> {
  const deadline = AbortSignal.timeout(timeout);
  const any = signal ? AbortSignal.any([signal, deadline]) : deadline;
  return new Promise((resolve, reject) => {
    const headers = { accept, 'content-type': 'application/json' };
    const how = { agent, host, port, method, path, headers, signal: any };
    const asked = request(how, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    asked.on('error', (error) =>
      reject(deadline.aborted ? new Error(`no answer within ${timeout / 1000} s`) : error),
    );
    asked.end(body && JSON.stringify(body));
  });
}

/** The API server as the cluster's administrator sees it; the kubeconfig is read from the node when it is needed. */
export function apiOf(controlPlane: Node): Api & { close(): void } {
  let opened: Promise<{ credentials: Credentials; agent: Agent }> | undefined;

  async function open(): Promise<{ credentials: Credentials; agent: Agent }> {
    const { stdout } = await controlPlane.exec(['cat', adminConf]);
    const credentials = credentialsOf(stdout);
    const { ca, cert, key } = credentials;
    return { credentials, agent: new Agent({ keepAlive: true, maxSockets, ca, cert, key }) };
  }

  /** A cluster made anew has other certificates. */
  function forget(): void {
    void opened?.then(
      ({ agent }) => agent.destroy(),
      () => undefined,
    );
    opened = undefined;
  }

  return {
    async ask(path, options = {}) {
      opened ??= open();
      try {
        const { credentials, agent } = await opened;
        const timeout = (options.timeout ?? 10_000) * controlPlane.slowness;
        const deadline = Date.now() + timeout;
        let answer = await send(agent, credentials, path, { ...options, timeout });
        while (answer.status === tooMany && Date.now() < deadline) {
          await sleep(1000, options.signal);
          answer = await send(agent, credentials, path, { ...options, timeout });
        }
        if (answer.status === 401) forget();
        return answer;
      } catch (error) {
        forget();
        options.signal?.throwIfAborted();
        if (error instanceof LabError) throw error;
        throw new LabError('api-unreachable', 'The API server does not answer', {
          why: messageOf(error),
          hint: 'lab status',
          cause: error,
        });
      }
    },
    close: forget,
  };
}
