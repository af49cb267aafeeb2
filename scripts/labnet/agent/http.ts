import { createServer, type Server } from 'node:http';

/** Only on the node itself; kubelet's probes and an operator's curl come from there. */
const host = '127.0.0.1';
export const httpPort = 9810;

export interface Pages {
  /** Why pods cannot be started now. */
  unready(): string | undefined;
  metrics(): string;
  /** The ENIs of the mode vpc, as AWS shows them. */
  enis(): unknown;
}

/** /healthz, /readyz, /metrics and /v1/enis, by GET. */
export async function serveHttp(pages: Pages, port = httpPort): Promise<Server> {
  const answers: Readonly<Record<string, () => [number, string]>> = {
    // That it answers is all there is to know; kubelet restarts an agent that does not.
    '/healthz': () => [200, 'ok\n'],
    '/readyz': () => {
      const problem = pages.unready();
      return problem === undefined ? [200, 'ok\n'] : [503, `${problem}\n`];
    },
    '/metrics': () => [200, pages.metrics()],
    '/v1/enis': () => [200, `${JSON.stringify(pages.enis(), null, 2)}\n`],
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    const [status, text] = answer?.() ?? [404, `${Object.keys(answers).join('\n')}\n`];
    response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(text);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}
