import { describe, expect, it } from 'vitest';
import { fakeCluster, fakeNodeObject, fakePod, threeNodes } from '../../support/fake-cluster.ts';
import { tryCheck } from '../../support/checking.ts';

const web = { labels: { app: 'web' } };
const spread = [fakePod('a', 'node1', '10.244.1.5', web), fakePod('b', 'node2', '10.244.2.5', web)];

const pods = { kind: 'object', resource: 'pods', selector: 'app=web' };
const ready = '.status.conditions[?(@.type=="Ready")].status';

describe('object', () => {
  it('holds only if it holds for every object', async () => {
    const check = { kind: 'object', resource: 'nodes', expect: [{ path: ready, is: 'True' }] };
    expect((await tryCheck(fakeCluster([...threeNodes]), check)).pass).toBe(true);
    const one = [fakeNodeObject('master', 'x'), fakeNodeObject('node1', 'y', 'False')];
    const outcome = await tryCheck(fakeCluster(one), check);
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toBe(`Node node1: ${ready} is False`);
    expect((await tryCheck(fakeCluster(one), { ...check, each: 'any' })).pass).toBe(true);
  });

  it('never holds for nothing', async () => {
    const check = { ...pods, expect: [{ path: '.status.phase', is: 'Running' }] };
    const outcome = await tryCheck(fakeCluster(), check);
    expect(outcome).toMatchObject({ pass: false, actual: 'there is no pods with app=web' });
  });

  it('does not hold where the field is missing, not even "not"', async () => {
    const check = { ...pods, expect: [{ path: '.spec.nothing', is: { not: 'x' } }] };
    const outcome = await tryCheck(fakeCluster(spread), check);
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toContain('.spec.nothing is missing');
  });

  it('counts', async () => {
    const outcome = await tryCheck(fakeCluster(spread.slice(1)), { ...pods, items: { equals: 2 } });
    expect(outcome).toMatchObject({ pass: false, actual: '1 instead of exactly 2' });
    expect((await tryCheck(fakeCluster(spread), { ...pods, items: { equals: 2 } })).pass).toBe(
      true,
    );
  });

  it('takes no more than it asked for', async () => {
    const three = fakeCluster([...spread, fakePod('c', 'node1', '10.244.1.6', web)]);
    expect((await tryCheck(three, { ...pods, items: { equals: 2 } })).pass).toBe(false);
    expect((await tryCheck(three, { ...pods, items: { at_least: 2 } })).pass).toBe(true);
  });

  it('refuses a count of zero: that would pass by absence', async () => {
    await expect(async () =>
      tryCheck(fakeCluster(), { ...pods, items: { equals: 0 } }),
    ).rejects.toThrow();
  });

  it('wants different values, and each object to have one', async () => {
    const check = { ...pods, distinct: '.spec.nodeName' };
    expect((await tryCheck(fakeCluster(spread), check)).pass).toBe(true);
    const same = [
      fakePod('a', 'node1', '10.244.1.5', web),
      fakePod('b', 'node1', '10.244.1.6', web),
    ];
    expect(await tryCheck(fakeCluster(same), check)).toMatchObject({
      pass: false,
      actual: '.spec.nodeName is node1 more than once',
    });
  });

  it('does not count a missing value as different', async () => {
    const nowhere = fakePod('c', 'node1', '10.244.1.6', { ...web, spec: { nodeName: undefined } });
    const outcome = await tryCheck(fakeCluster([...spread, nowhere]), {
      ...pods,
      distinct: '.spec.nodeName',
    });
    expect(outcome).toMatchObject({ pass: false, actual: '.spec.nodeName is missing somewhere' });
  });

  it('compares each object with what belongs to it', async () => {
    const check = {
      ...pods,
      bind: { node: '.spec.nodeName' },
      expect: [
        {
          path: '.status.podIP',
          is: {
            within: { from: 'object', resource: 'nodes', name: '{{node}}', path: '.spec.podCIDR' },
          },
        },
      ],
    };
    expect((await tryCheck(fakeCluster([...threeNodes, ...spread]), check)).pass).toBe(true);
    const stray = fakePod('c', 'node1', '10.244.2.9', web);
    const outcome = await tryCheck(fakeCluster([...threeNodes, ...spread, stray]), check);
    expect(outcome.actual).toBe('Pod c: .status.podIP is 10.244.2.9');
    expect(outcome.expected).toContain('inside 10.244.1.0/24');
  });

  it('filters before it judges', async () => {
    const dying = fakePod('c', 'node1', '', { ...web, status: { phase: 'Pending' } });
    const where = [{ path: '.status.phase', is: 'Running' }];
    const check = {
      ...pods,
      where,
      expect: [{ path: '.status.podIP', is: { matches: '^10\\.' } }],
    };
    expect((await tryCheck(fakeCluster([...spread, dying]), check)).pass).toBe(true);
  });

  it('reads the same objects once per run', async () => {
    const cluster = fakeCluster([...threeNodes, ...spread]);
    const count = {
      from: 'object',
      resource: 'nodes',
      path: '.items[*].metadata.name',
      as: 'count',
    };
    const expectations = ['.a', '.b'].map((path) => ({ path, is: { same_as: count } }));
    await tryCheck(cluster, { ...pods, expect: expectations });
    expect(cluster.reads.filter((argv) => argv.startsWith('nodes'))).toHaveLength(1);
  });

  it('is an error when the API server does not answer', async () => {
    const cluster = fakeCluster();
    cluster.apiError = 'The connection to the server 10.100.198.200:6443 was refused';
    await expect(tryCheck(cluster, { ...pods })).rejects.toThrow('kubectl get pods');
  });

  it.each([
    [{ at_least: 2 }, '3', true],
    [{ at_least: 4 }, '3', false],
    [{ at_least: 2, at_most: 3 }, '3', true],
    [{ in: ['a', 'b'] }, 'b', true],
    [{ in: ['a', 'b'] }, 'c', false],
    [{ matches: '^x' }, 'xy', true],
    [{ within: '10.244.0.0/16' }, '10.245.0.1', false],
    [{ within: '10.244.0.0/16' }, '10.244.3.0/24', true],
    [{ within: '10.244.0.0/16' }, 'nonsense', false],
    [{ equals: 'TRUE', type: 'yes-no' }, 'yes', true],
    [{ not: 'a' }, 'b', true],
    [{ differs_from: { from: 'fixed', values: ['a'] } }, 'b', true],
    [{ differs_from: { from: 'fixed', values: ['b'] } }, 'b', false],
    [{ differs_from: { from: 'fact', name: 'never' } }, 'b', false],
    [{ same_as: { from: 'fact', name: 'never' } }, 'b', false],
    [2, '2', true],
    [true, 'true', true],
  ])('is %o for %s: %s', async (is, value, pass) => {
    const cluster = fakeCluster([{ kind: 'Pod', metadata: { name: 'p' }, value }]);
    const check = { kind: 'object', resource: 'pods', expect: [{ path: '.value', is }] };
    expect((await tryCheck(cluster, check)).pass).toBe(pass);
  });
});

describe('absent', () => {
  const proxy = { kind: 'DaemonSet', metadata: { name: 'kube-proxy', namespace: 'kube-system' } };
  const agent = { kind: 'DaemonSet', metadata: { name: 'agent', namespace: 'kube-system' } };
  const check = {
    kind: 'object',
    resource: 'daemonsets',
    namespace: 'kube-system',
    name: 'agent',
    absent: { while: { resource: 'daemonsets', namespace: 'kube-system', name: 'kube-proxy' } },
  };

  it('passes when it is gone and the witness is there', async () => {
    expect((await tryCheck(fakeCluster([proxy]), check)).pass).toBe(true);
  });

  it('fails when it is still there', async () => {
    expect(await tryCheck(fakeCluster([proxy, agent]), check)).toMatchObject({
      pass: false,
      actual: 'still there: DaemonSet agent',
    });
  });

  it('fails when the witness is gone, too', async () => {
    const outcome = await tryCheck(fakeCluster(), check);
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toContain('cannot tell');
  });

  it('does not pass because the kind is not served', async () => {
    const unserved = { ...check, resource: 'widgets' };
    const outcome = await tryCheck(fakeCluster([proxy]), unserved);
    expect(outcome).toMatchObject({ pass: false, actual: 'this cluster knows no widgets' });
  });
});
