import { describe, expect, it } from 'vitest';
import { readAnswered } from '../../../scripts/exercises/checks/http.ts';
import { fakeCluster, fakePod, type FakeCluster } from '../../support/fake-cluster.ts';
import { tryCheck } from '../../support/checking.ts';

function lab(): FakeCluster {
  return fakeCluster([
    fakePod('client', 'node1', '10.244.1.5'),
    fakePod('echo', 'node2', '10.244.2.9'),
    {
      kind: 'Service',
      metadata: { name: 'web', namespace: 'apps' },
      spec: { clusterIP: '10.96.3.4' },
    },
    {
      kind: 'Service',
      metadata: { name: 'kube-dns', namespace: 'kube-system' },
      spec: { clusterIP: '10.96.0.10' },
    },
  ]);
}

const page = (body: string, status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\nServer: nginx\r\nContent-Type: text/html\r\n\r\n${body}\n`;
const toEcho = /curl .* http:\/\/10\.244\.2\.9:80\/$/;

describe('http', () => {
  const check = {
    kind: 'http',
    from: [{ pods: { name: 'client' } }],
    to: { pods: { name: 'echo' } },
  };

  it('passes on the status, the body and the headers asked for', async () => {
    const cluster = lab();
    cluster.node1.on(toEcho, page('Welcome to nginx'));
    const expectation = {
      status: 200,
      body: 'welcome|Welcome',
      header: { 'content-type': 'html' },
    };
    expect((await tryCheck(cluster, { ...check, expect: expectation })).pass).toBe(true);
    expect(cluster.node1.asked[0]).toMatch(/^uid-client: curl /);
  });

  it.each([
    [{ status: 404 }, 'status 200'],
    [{ body: '^Goodbye' }, 'a body without it: Welcome'],
    [{ header: { server: '^caddy' } }, 'header server: nginx'],
    [{ header: { 'x-none': '.' } }, 'no header x-none'],
  ])('fails on %o', async (expectation, said) => {
    const cluster = lab();
    cluster.node1.on(toEcho, page('Welcome'));
    const outcome = await tryCheck(cluster, { ...check, expect: expectation });
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toContain(said);
  });

  it('tells what curl said when there is no answer', async () => {
    const cluster = lab();
    cluster.node1.on(toEcho, { exitCode: 7, stderr: 'curl: (7) Failed to connect to 10.244.2.9' });
    expect((await tryCheck(cluster, check)).actual).toContain('(7) Failed to connect');
  });

  it.each([
    ['you are 10.244.1.5', true],
    ['you are ::ffff:10.244.1.5', true],
    ['client=10.244.1.5:43210', false],
    ['you are 10.244.1.50', false],
    ['you are 110.244.1.5', false],
    ['you are 10.100.198.201', false],
  ])('caller: "%s"', async (body, pass) => {
    const cluster = lab();
    cluster.node1.on(toEcho, page(body));
    const outcome = await tryCheck(cluster, { ...check, expect: { caller: 'own-address' } });
    expect(outcome.pass).toBe(pass);
  });

  it('takes any address of a node as its own', async () => {
    const cluster = lab();
    const links = [
      { addr_info: [{ local: '10.0.2.15', scope: 'global' }] },
      { addr_info: [{ local: '10.244.1.1', scope: 'global' }] },
    ];
    cluster.node1
      .on('ip -j address show', JSON.stringify(links))
      .on(toEcho, page('from 10.244.1.1'));
    const fromNode = { ...check, from: [{ nodes: 'worker1' }], expect: { caller: 'own-address' } };
    expect((await tryCheck(cluster, fromNode)).pass).toBe(true);
    cluster.node1.on(toEcho, page('from 10.244.1.77'));
    expect((await tryCheck(cluster, fromNode)).pass).toBe(false);
  });

  it('skips a "100 Continue" and keeps empty lines of the body', () => {
    const text = `HTTP/1.1 100 Continue\r\n\r\n${page('one\r\n\r\ntwo')}`;
    expect(readAnswered(text)).toMatchObject({ status: 200, body: 'one\n\ntwo\n' });
  });
});

const dig = (status: string, ...records: string[]): string =>
  `;; ->>HEADER<<- opcode: QUERY, status: ${status}, id: 1\n;; flags: qr; QUERY: 1\n\n${records.join('\n')}\n`;
const a = (address: string): string => `web.apps.svc.cluster.local. 30 IN A ${address}`;

describe('dns', () => {
  const check = {
    kind: 'dns',
    from: [{ pods: { name: 'client' } }],
    name: 'web.apps',
    expect: {
      records: {
        from: 'object',
        resource: 'services',
        namespace: 'apps',
        name: 'web',
        path: '.spec.clusterIP',
      },
    },
  };
  const asks = (name: string): RegExp => new RegExp(`^uid-client: dig .* ${name} A$`);

  it.each([
    ['the right record', dig('NOERROR', a('10.96.3.4')), true],
    ['another record', dig('NOERROR', a('10.96.3.5')), false],
    ['one too many', dig('NOERROR', a('10.96.3.4'), a('10.96.3.5')), false],
    ['none', dig('NXDOMAIN'), false],
    ['a CNAME only', dig('NOERROR', 'web.apps. 30 IN CNAME 10.96.3.4.'), false],
  ])('%s', async (_, answer, pass) => {
    const cluster = lab();
    cluster.node1.on(asks('web.apps'), answer);
    expect((await tryCheck(cluster, check)).pass).toBe(pass);
  });

  it('includes takes more than asked for', async () => {
    const cluster = lab();
    cluster.node1.on(asks('web.apps'), dig('NOERROR', a('10.96.3.4'), a('10.96.3.5')));
    const expectation = { includes: check.expect.records };
    expect((await tryCheck(cluster, { ...check, expect: expectation })).pass).toBe(true);
  });

  it('tells silence from a negative answer', async () => {
    const cluster = lab();
    cluster.node1.on(asks('web.apps'), { exitCode: 9, stdout: ';; no servers could be reached' });
    expect((await tryCheck(cluster, check)).actual).toContain('no reply');
  });

  it('asks the server of a service, also from a node', async () => {
    const cluster = lab();
    cluster.master.on(/^dig .* @10\.96\.0\.10 web\.apps A$/, dig('NOERROR', a('10.96.3.4')));
    const from = [{ nodes: 'control-plane' }];
    const server = { service: { namespace: 'kube-system', name: 'kube-dns' } };
    expect((await tryCheck(cluster, { ...check, from, server })).pass).toBe(true);
  });

  describe('none', () => {
    const none = { ...check, name: 'made-up.pod', expect: { none: { control: 'web.apps' } } };
    it.each([
      ['refused name, control resolves', dig('NXDOMAIN'), dig('NOERROR', a('10.96.3.4')), true],
      ['refused name, control does not', dig('NXDOMAIN'), dig('NXDOMAIN'), false],
      ['name resolves', dig('NOERROR', a('10.1.1.1')), dig('NOERROR', a('10.96.3.4')), false],
      ['server fails', dig('SERVFAIL'), dig('NOERROR', a('10.96.3.4')), false],
      ['no reply', '', dig('NOERROR', a('10.96.3.4')), false],
    ])('%s', async (_, answer, control, pass) => {
      const cluster = lab();
      cluster.node1.on(asks('made-up.pod'), answer).on(asks('web.apps'), control);
      expect((await tryCheck(cluster, none)).pass).toBe(pass);
    });
  });
});
