import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../scripts/exercises/answer-text.ts';
import type { Answer } from '../../../scripts/exercises/live.ts';
import type { Outcome } from '../../../scripts/exercises/outcome.ts';
import { part as partSchema } from '../../../scripts/exercises/part-schema.ts';
import { fakeCluster, fakePod, threeNodes, type FakeCluster } from '../../support/fake-cluster.ts';
import { tryCheck } from '../../support/checking.ts';

interface Case {
  part?: Record<string, unknown>;
  check?: Record<string, unknown>;
  truth: Record<string, unknown>;
  given?: Answer;
  facts?: Record<string, string[]>;
  cluster?: FakeCluster;
}

function ask({ part, check, truth, given, facts, cluster }: Case): Promise<Outcome> {
  return tryCheck(
    cluster ?? fakeCluster([...threeNodes]),
    { kind: 'answer', part: 'q', truth, ...check },
    { parts: [{ id: 'q', ...part }], answers: given === undefined ? {} : { q: given }, facts },
  );
}

const names = { from: 'object', resource: 'nodes', path: '.items[*].metadata.name' };
const fixed = (...values: string[]): Record<string, unknown> => ({ from: 'fixed', values });

describe('a single value', () => {
  it('is not there yet', async () => {
    const outcome = await ask({ truth: fixed('x') });
    expect(outcome).toMatchObject({ pass: false, actual: 'q: no answer yet' });
  });

  it('is compared with what the lab says', async () => {
    const truth = { ...names, as: 'count' };
    expect((await ask({ part: { type: 'number' }, truth, given: '3' })).pass).toBe(true);
    expect((await ask({ part: { type: 'number' }, truth, given: '2' })).pass).toBe(false);
  });

  it('never gives the right answer away', async () => {
    const cluster = fakeCluster([...threeNodes]);
    cluster.node1.on('ip -j addr show enp0s8', '[{"address":"02:00:0a:64:c6:c9"}]');
    const truth = {
      from: 'json',
      on: 'worker1',
      argv: ['ip', '-j', 'addr', 'show', 'enp0s8'],
      path: '[0].address',
    };
    const given = '02:00:00:00:00:01';
    const { pass, actual, expected } = await ask({ part: { type: 'mac' }, truth, given, cluster });
    expect(pass).toBe(false);
    expect(`${actual} ${expected}`).not.toContain('c6');
    expect(actual).toContain(given);
  });

  it('takes a fact that setup recorded', async () => {
    const truth = { from: 'fact', name: 'iface' };
    const facts = { iface: ['enp0s3'] };
    expect((await ask({ truth, facts, given: 'enp0s3' })).pass).toBe(true);
    const missing = await ask({ truth, given: 'enp0s3' });
    expect(missing.pass).toBe(false);
    expect(missing.actual).toContain('not recorded');
  });

  it('is no error but a failure when what is asked about is not there', async () => {
    const truth = { from: 'object', resource: 'services', name: 'web', path: '.spec.clusterIP' };
    const outcome = await ask({ truth, given: '10.96.0.10' });
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toContain('there is no services web');
  });

  it('is an error of the exercise when several truths differ', async () => {
    await expect(ask({ truth: names, given: 'master' })).rejects.toThrow('not one value');
  });

  it('accept: any takes one of several truths', async () => {
    const check = { accept: 'any' };
    expect((await ask({ truth: names, check, given: 'node2' })).pass).toBe(true);
    expect((await ask({ truth: names, check, given: 'node3' })).pass).toBe(false);
  });

  it('knows synonyms, and strips what does not matter', async () => {
    const check = { synonyms: { DaemonSet: ['daemon set'] } };
    expect((await ask({ truth: fixed('DaemonSet'), check, given: 'a Daemon Set' })).pass).toBe(
      false,
    );
    expect((await ask({ truth: fixed('DaemonSet'), check, given: 'Daemon  Set' })).pass).toBe(true);
    const strip = { strip: '-{{control_plane}}$' };
    const truth = fixed('kube-apiserver-master');
    expect((await ask({ truth, check: strip, given: 'kube-apiserver' })).pass).toBe(true);
    expect((await ask({ truth, check: strip, given: '"kube-apiserver"' })).pass).toBe(true);
    expect((await ask({ truth, given: 'kube-apiserver' })).pass).toBe(false);
  });

  it('fails as an error when a node does not answer', async () => {
    const cluster = fakeCluster([...threeNodes]);
    cluster.node1.unplug();
    const truth = { from: 'command', on: 'worker1', argv: ['hostname'] };
    await expect(ask({ truth, given: 'node1', cluster })).rejects.toThrow('does not answer');
  });
});

describe('a set', () => {
  const part = { form: 'set', type: 'node' };
  it.each([
    ['node1, node2, master', true],
    ['master, node1 and node2', true],
    ['master, node1, and node2', true],
    ['node1 and node2', false],
    ['master node2 node1', true],
    ['10.100.198.201, node2, master', true],
    ['node1, node1, node2, master', true],
    ['node1, node2', false],
    ['node1, node2, master, node3', false],
  ])('%s', async (given, pass) => {
    expect((await ask({ part, truth: names, given })).pass).toBe(pass);
  });

  it('does not tell how much of it is right', async () => {
    const { actual } = await ask({ part, truth: names, given: 'node1, node9' });
    expect(actual).toBe('q: node1, node9 is not right');
  });
});

describe('a list', () => {
  it.each([
    ['a b c', true],
    ['a c b', false],
    ['a b', false],
  ])('%s', async (given, pass) => {
    const truth = fixed('a', 'b', 'c');
    expect((await ask({ part: { form: 'list' }, truth, given })).pass).toBe(pass);
  });
});

describe('a table', () => {
  const part = { form: 'table', type: 'ip', rows: 'workers' };
  const truth = {
    from: 'object',
    resource: 'nodes',
    name: '{{row}}',
    path: '.status.addresses[?(@.type=="InternalIP")].address',
  };

  it('compares each row with its own truth', async () => {
    const right = { node1: '10.100.198.201', node2: '10.100.198.202/24' };
    expect((await ask({ part, truth, given: right })).pass).toBe(true);
    const swapped = { node1: '10.100.198.202', node2: '10.100.198.201' };
    const outcome = await ask({ part, truth, given: swapped });
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toContain('node1: 10.100.198.202 is not right');
  });

  it('names the rows that are missing', async () => {
    const outcome = await ask({ part, truth, given: { node1: '10.100.198.201' } });
    expect(outcome).toMatchObject({ pass: false, actual: 'node2: no answer yet' });
  });

  it('takes matching questions from fixed rows', async () => {
    const matching = { form: 'table', rows: ['A', 'MX'] };
    const rows = { from: 'fixed', rows: { A: 'address', MX: 'mail' } };
    expect(
      (await ask({ part: matching, truth: rows, given: { A: 'address', MX: 'Mail' } })).pass,
    ).toBe(true);
    expect(
      (await ask({ part: matching, truth: rows, given: { A: 'mail', MX: 'address' } })).pass,
    ).toBe(false);
  });
});

describe('chained truths', () => {
  it('reads let first, inside the pod, then uses it on the node', async () => {
    const cluster = fakeCluster([fakePod('web', 'node1', '10.244.1.5')]);
    cluster.node1
      .on('uid-web: ip -j link show eth0', '[{"ifname":"eth0","link_index":7}]')
      .on(
        'ip -j link',
        '[{"ifindex":3,"ifname":"enp0s8"},{"ifindex":7,"ifname":"veth12ab","master":"cni0"}]',
      );
    const truth = {
      from: 'json',
      on: 'worker1',
      let: {
        peer: {
          from: 'json',
          in: { name: 'web' },
          argv: ['ip', '-j', 'link', 'show', 'eth0'],
          path: '[0].link_index',
        },
      },
      argv: ['ip', '-j', 'link'],
      path: '[?(@.ifindex=={{peer}})].master',
    };
    expect((await ask({ part: { type: 'interface' }, truth, given: 'cni0', cluster })).pass).toBe(
      true,
    );
    expect(
      (await ask({ part: { type: 'interface' }, truth, given: 'docker0', cluster })).pass,
    ).toBe(false);
  });

  it('a file gives every match of its pattern', async () => {
    const cluster = fakeCluster();
    const manifest = '    - --service-cluster-ip-range=10.96.0.0/12\n    - --secure-port=6443\n';
    cluster.master.on('cat -- /etc/kubernetes/manifests/kube-apiserver.yaml', manifest);
    const truth = {
      from: 'file',
      on: 'control-plane',
      path: '/etc/kubernetes/manifests/kube-apiserver.yaml',
      match: '--service-cluster-ip-range=(\\S+)',
    };
    expect(
      (await ask({ part: { type: 'cidr' }, truth, given: '10.96.0.0/12', cluster })).pass,
    ).toBe(true);
  });
});

describe('what learners type', () => {
  const cluster = fakeCluster();
  const read = (part: Record<string, unknown>, text: string, before?: Answer): Answer =>
    readAnswer(partSchema.parse({ id: 'q', prompt: '?', ...part }), text, cluster, before);

  it('keeps text as it is, without spaces around', () => {
    expect(read({}, ' eth0 ')).toBe('eth0');
  });

  it('refuses the wrong form at once', () => {
    expect(() => read({ type: 'number' }, 'three')).toThrow('"three" is no number');
    expect(() => read({ type: 'cidr' }, '10.100.198.200/24')).toThrow('first address');
    expect(() => read({ form: 'set', type: 'ip' }, '10.0.0.1 10.0.0')).toThrow('"10.0.0" is no IP');
    expect(() => read({}, '  ')).toThrow('empty');
  });

  const macs = { form: 'table', type: 'mac', rows: 'workers' };
  it.each([
    'node1=02:00:00:00:00:01 node2=02:00:00:00:00:02',
    'node1=02:00:00:00:00:01, NODE2 = 02:00:00:00:00:02',
    'node1=02:00:00:00:00:01\nnode2=02:00:00:00:00:02',
  ])('reads a table: %s', (text) => {
    const cells = { node1: '02:00:00:00:00:01', node2: '02:00:00:00:00:02' };
    expect(read(macs, text)).toEqual(cells);
  });

  it('adds rows to those given before, and replaces them', () => {
    const before = { node1: '02:00:00:00:00:01', node2: '02:00:00:00:00:02' };
    expect(read(macs, 'node2=02:00:00:00:00:09', before)).toEqual({
      node1: '02:00:00:00:00:01',
      node2: '02:00:00:00:00:09',
    });
  });

  it('names the rows when one is unknown', () => {
    expect(() => read(macs, 'node3=02:00:00:00:00:01')).toThrow('no row "node3"');
  });
});
