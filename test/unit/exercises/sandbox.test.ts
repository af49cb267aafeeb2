import { describe, expect, it } from 'vitest';
import { clusterId } from '../../../scripts/exercises/needs.ts';
import { sandboxDigests } from '../../../scripts/exercises/sandbox-digest.ts';
import { exerciseSchema } from '../../../scripts/exercises/schema.ts';
import { givenNames } from '../../../scripts/exercises/vars.ts';
import { meaningProblems } from '../../../scripts/exercises/meaning.ts';
import { exerciseOf, tryCheck, writtenExercise } from '../../support/checking.ts';
import { fakeCluster } from '../../support/fake-cluster.ts';

const sandbox = { sandbox: 'netns' } as const;

describe('an exercise that needs a sandbox', () => {
  it('says nothing else of what it needs', () => {
    expect(exerciseOf({ needs: sandbox }).needs).toEqual(sandbox);
    for (const more of [{ state: 'cluster' }, { cni: ['flannel'] }, { workers: 2 }]) {
      const both = writtenExercise({ needs: { ...sandbox, ...more } });
      expect(exerciseSchema.safeParse(both).success).toBe(false);
    }
  });

  it('knows no names of a cluster', () => {
    expect(givenNames(sandbox)).toEqual([]);
    const hints = [{ tier: 1, text: 'look on {{worker1}}' }];
    const spec = exerciseOf({ needs: sandbox, hints });
    expect(meaningProblems(spec).map(({ message }) => message)).toEqual([
      'uses {{worker1}}, which nothing defines',
    ]);
  });

  it('is over when the sandbox was started anew', async () => {
    const cluster = fakeCluster();
    let ticks = '4711';
    cluster.master.on(/^sed .* \/proc\/1\/stat$/, () => `${ticks}\n`);
    expect(await clusterId(sandbox, cluster)).toBe('4711');
    ticks = '4712';
    expect(await clusterId(sandbox, cluster)).toBe('4712');
  });
});

describe('checks in a sandbox', () => {
  const routes = JSON.stringify([{ dst: 'default', gateway: '10.0.0.1', dev: 'eth0' }]);
  const gone = { exitCode: 125, stderr: 'there is no network namespace red\n' };

  it('look into a namespace by its name', async () => {
    const cluster = fakeCluster();
    const check = {
      ...{ kind: 'net', netns: 'red', view: 'route', where: { dst: 'default' } },
      expect: { gateway: '10.0.0.1' },
    };
    cluster.master.on('netns:red: ip -j route show table main', routes);
    expect(await tryCheck(cluster, check)).toMatchObject({ pass: true });
    cluster.master.on('netns:red: ip -j route show table main', gone);
    const failed = await tryCheck(cluster, check);
    expect(failed.pass).toBe(false);
    expect(failed.actual).toContain('there is no network namespace red');
  });

  it('probe from a namespace to a container by its name', async () => {
    const cluster = fakeCluster();
    const check = { kind: 'reach', from: [{ netns: 'red' }], to: [{ container: 'web' }] };
    cluster.master.on(/^docker inspect .* web$/, '172.17.0.2\n\n');
    cluster.master.on(/^netns:red: ping .* 172\.17\.0\.2$/, '64 bytes: ttl=64');
    expect(await tryCheck(cluster, check)).toMatchObject({
      pass: true,
      actual: 'red -> container web: open (ttl 64)',
    });
    cluster.master.on(/^docker inspect .* web$/, { exitCode: 1, stderr: 'no such object' });
    expect((await tryCheck(cluster, check)).actual).toBe('there is no container web');
    cluster.master.on(/^docker inspect .* web$/, '\n');
    expect((await tryCheck(cluster, check)).actual).toBe(
      'container web has no address on any network',
    );
  });

  it('never take a namespace that is not there for a blocked one', async () => {
    const cluster = fakeCluster();
    cluster.master.on(/^netns:red: ping /, gone).on(/^netns:blue: ping /, '64 bytes: ttl=64');
    const outcome = await tryCheck(cluster, {
      ...{ kind: 'reach', from: [{ netns: 'red' }], to: [{ address: '10.0.0.9' }] },
      ...{ expect: 'blocked', control: { from: [{ netns: 'blue' }] } },
    });
    expect(outcome).toMatchObject({ pass: false, actual: 'red -> 10.0.0.9: no such place' });
  });

  it('take one place only', async () => {
    const argv = ['true'];
    for (const places of [{}, { on: 'all', netns: 'red' }, { netns: 'red', container: 'web' }]) {
      await expect(async () =>
        tryCheck(fakeCluster(), { kind: 'command', argv, ...places }),
      ).rejects.toThrow('exactly one of');
    }
  });
});

it('the digest of a sandbox tells a thing from one of the same name', async () => {
  const cluster = fakeCluster();
  const lines = (id: string): string =>
    `stable\tcontainer web\trunning nginx\nexact\tcontainer web is\t${id}\n`;
  cluster.master.on(/^bash -s --$/, lines('aaa'));
  const before = await sandboxDigests(cluster.master);
  cluster.master.on(/^bash -s --$/, lines('bbb'));
  const after = await sandboxDigests(cluster.master);
  expect(after.stable).toEqual(before.stable);
  expect(after.exact).not.toEqual(before.exact);
});
