import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminConf, apiOf } from '../../scripts/cluster/api.ts';
import { local } from '../../scripts/nodes/local.ts';
import { fakeNode } from '../support/fake-node.ts';

/** A server with a certificate of its own, which asks for the client's; what it answers, the test says. */
describe('the API server over TLS', () => {
  let key: Buffer;
  let cert: Buffer;
  let server: Server;
  let connections: number;
  let asked: string[];
  let statusOf: (nth: number) => number;
  let api: ReturnType<typeof apiOf>;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lab-api-'));
    const [keyFile, certFile] = [join(folder, 'key'), join(folder, 'cert')];
    await local([
      ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
      ...['-nodes', '-subj', '/CN=lab', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'],
      ...['-keyout', keyFile, '-out', certFile],
    ]);
    [key, cert] = await Promise.all([readFile(keyFile), readFile(certFile)]);
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    [connections, asked, statusOf] = [0, [], () => 200];
    server = createServer({ key, cert, ca: cert, requestCert: true }, (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(statusOf(asked.length)).end('{}');
    });
    server.on('secureConnection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const data = (bytes: Buffer): string => bytes.toString('base64');
    const config = `clusters: [{ cluster: { server: 'https://127.0.0.1:${port}', certificate-authority-data: ${data(cert)} } }]
users: [{ user: { client-certificate-data: ${data(cert)}, client-key-data: ${data(key)} } }]
`;
    const master = fakeNode('master', 'control-plane', '127.0.0.1');
    api = apiOf(master.on(`cat ${adminConf}`, config));
  });

  afterEach(() => {
    api.close();
    server.closeAllConnections();
    server.close();
  });

  it('is asked with few connections, however much is asked at once', async () => {
    const paths = Array.from({ length: 60 }, (_, i) => `/apis/group${i}`);
    const answers = await Promise.all(paths.map((path) => api.ask(path)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(asked).toHaveLength(60);
    expect(connections).toBeLessThanOrEqual(8);
  });

  it('is asked again when it has too much to do', async () => {
    statusOf = (nth) => (nth < 3 ? 429 : 200);
    expect(await api.ask('/api')).toEqual({ status: 200, text: '{}' });
    expect(asked).toEqual(['GET /api', 'GET /api', 'GET /api']);
  });

  it('is left alone when it never has time, and says so', async () => {
    statusOf = () => 429;
    expect(await api.ask('/api', { timeout: 500 })).toMatchObject({ status: 429 });
  });
});
