import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../scripts/base/until.ts';
import { leftovers, testLab } from '../support/lab.ts';
import { damages, type Damage } from './damages.ts';

/** The same clean lab again: whatever was done to it, and however `lab` itself was ended. */
const lab = testLab('e2e-snap', '10.100.214.0/24');
const other = testLab('e2e-other', '10.100.215.0/24');
const rounds = Number(process.env.LAB_KILLS ?? 3);
const resets = Number(process.env.LAB_RESETS ?? 2);

interface Diff {
  changes: { node?: string; area: string; item: string; change: string }[];
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function diff(): Promise<Diff['changes']> {
  const { stdout, stderr } = await lab.run(['diff', '--json']);
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as Diff).changes;
}

async function inflict({ on, commands }: Damage): Promise<void> {
  if (on !== 'kubectl') await lab.run(['ssh', on, '--', 'sudo', 'bash', '-c', commands]);
  else for (const line of commands.split('\n')) await lab.ok(['kubectl', ...line.split(' ')]);
}

async function resetIsClean(): Promise<void> {
  const { stdout } = await lab.ok(['reset']);
  expect(stdout).toContain('as lab up made it');
  expect(await diff()).toEqual([]);
}

/** Some damage shows only when kubelet or a controller has noticed it, and told the API server. */
async function untilNamed({ area, item }: Damage['seen']): Promise<void> {
  await until(
    async () => {
      const changes = await diff();
      const named = changes.some((one) => one.area === area && one.item.includes(item));
      if (named) return { done: true, value: undefined };
      return { done: false, state: JSON.stringify(changes.slice(0, 20), null, 1) };
    },
    { describe: `${area} ${item} in lab diff`, timeout: 90_000, interval: 1_000 },
  );
}

beforeAll(async () => {
  for (const one of [lab, other]) await one.run(['down', '--purge']);
  await lab.ok(['up', '--network', lab.network]);
});

afterAll(async () => {
  for (const one of [lab, other]) await one.run(['down', '--purge']);
  for (const one of [lab, other]) expect(await leftovers(one)).toEqual([]);
});

test('a new lab does not differ from its clean snapshot, nor does it after halt and start', async () => {
  expect(await diff()).toEqual([]);
  await lab.ok(['halt']);
  expect((await lab.run(['diff'])).stderr).toContain('is not up');
  await lab.ok(['start']);
  expect(await diff()).toEqual([]);
});

describe('damage is named, and undone by a reset', () => {
  test.each(damages.map((damage) => [damage.what, damage] as const))('%s', async (_, damage) => {
    await inflict(damage);
    await untilNamed(damage.seen);
    await resetIsClean();
  });
});

test('a snapshot of a learner comes back, also after lab down', async () => {
  await lab.ok(['ssh', 'node1', '--', 'touch', '/home/vagrant/mine']);
  await lab.ok(['kubectl', 'create', 'namespace', 'mine']);
  await lab.ok(['snapshot', 'save', 'mine']);
  await lab.ok(['reset']);
  expect(await diff()).toEqual([]);
  await lab.ok(['down']);
  const { stdout } = await lab.ok(['up', '--network', lab.network, '--json']);
  const { steps } = JSON.parse(stdout) as { steps: { id: string; kind: string }[] };
  expect(steps).toContainEqual(expect.objectContaining({ id: 'clean', kind: 'done' }));
  expect(await diff()).toEqual([]);
  await lab.ok(['snapshot', 'restore', 'mine']);
  await lab.ok(['ssh', 'node1', '--', 'test', '-e', '/home/vagrant/mine']);
  await lab.ok(['kubectl', 'get', 'namespace', 'mine']);
  await lab.ok(['snapshot', 'delete', 'mine']);
  await resetIsClean();
});

test('a damaged snapshot is refused before anything is touched', async () => {
  await lab.ok(['snapshot', 'save', 'torn']);
  const { folder } = await lab.json<{ folder: string }>(['snapshot', 'show', 'torn', '--json']);
  const { appendFileSync } = await import('node:fs');
  appendFileSync(`${folder}/nodes/node1/root/etc/hosts`, '# not what was saved\n');
  const { code, stderr } = await lab.run(['snapshot', 'restore', 'torn']);
  expect(code).toBe(1);
  expect(stderr).toContain('node1/root/etc/hosts');
  expect((await lab.json<{ complete: boolean }>(['status', '--json'])).complete).toBe(true);
  await lab.ok(['snapshot', 'delete', 'torn']);
});

test('nodes that stand by take over in a reset, and live on', async () => {
  await lab.ok(['standby']);
  await lab.ok(['ssh', 'node1', '--', 'sudo', 'rm', '-r', '/opt/cni/bin']);
  const { stdout } = await lab.ok(['reset', '--json']);
  const { steps } = JSON.parse(stdout) as { steps: { id: string; kind: string }[] };
  expect(steps).toContainEqual(expect.objectContaining({ id: 'standby', kind: 'done' }));
  expect(steps).toContainEqual(expect.objectContaining({ id: 'restore', kind: 'skipped' }));
  expect(await diff()).toEqual([]);
  await lab.ok(['halt']);
  await lab.ok(['start']);
  expect(await diff()).toEqual([]);
  await lab.ok(['standby']);
  await lab.ok(['standby', '--drop']);
  await resetIsClean();
});

describe('lab killed while it saves and restores', () => {
  for (let round = 1; round <= rounds; round++) {
    test(`round ${round} of ${rounds}`, async () => {
      const saves = round % 2 === 0;
      const words = saves ? ['snapshot', 'save', 'killed', '--replace'] : ['reset'];
      const { child, ended } = lab.start(words);
      const after = Math.round(300 + ((round - Math.random()) / rounds) * (saves ? 5_000 : 9_000));
      await pause(after);
      child.kill('SIGKILL');
      await ended;
      const next = round % 4 === 3 ? ['up', '--network', lab.network] : ['reset'];
      await lab.ok(next);
      expect(await diff(), `${words.join(' ')} killed after ${after} ms`).toEqual([]);
    });
  }
});

test('another lab does not notice', async () => {
  await other.ok(['up', '--network', other.network]);
  for (const node of ['node1', 'node2']) {
    const pod = ['run', node, '--image', 'docker.io/library/busybox:latest'];
    const here = `--overrides={"spec":{"nodeName":"${node}"}}`;
    const pulled = ['--image-pull-policy', 'IfNotPresent'];
    await other.ok(['kubectl', ...pod, ...pulled, here, '--', 'sleep', '3600']);
  }
  await other.ok(['kubectl', 'wait', '--for=condition=Ready', 'pod/node1', 'pod/node2']);
  const path = ['-o', 'jsonpath={.status.podIP}'];
  const { stdout: ip } = await other.ok(['kubectl', 'get', 'pod', 'node2', ...path]);
  const pinging = other.run([
    'kubectl',
    'exec',
    'node1',
    '--',
    'ping',
    '-c',
    String(40 * resets),
    ip,
  ]);
  for (let i = 0; i < resets; i++) await lab.ok(['reset']);
  const { stdout } = await pinging;
  expect(stdout).toMatch(/, 0% packet loss/);
});

test('images that were loaded are on every node, also after a reset', async () => {
  const name = 'example.org/own:1';
  const ctr = ['sudo', 'ctr', '--namespace', 'k8s.io', 'images'];
  const busybox = 'docker.io/library/busybox:latest';
  await lab.ok(['ssh', 'master', '--', ...ctr, 'tag', busybox, name]);
  await lab.ok(['ssh', 'master', '--', ...ctr, 'export', '/vagrant/own.tar', name]);
  await lab.ok(['reset']);
  await lab.ok(['image', 'load', join(lab.stateDir, 'vagrant', 'own.tar')]);
  for (const again of [false, true]) {
    if (again) await lab.ok(['reset']);
    for (const node of ['master', 'node1', 'node2']) {
      const { stdout } = await lab.ok(['ssh', node, '--', ...ctr, 'list', '--quiet']);
      expect(stdout.split('\n')).toContain(name);
    }
  }
  const { images } = await lab.json<{ images: { names: string[] }[] }>(['image', 'list', '--json']);
  expect(images.map(({ names }) => names)).toEqual([[name]]);
  await lab.ok([
    ...['kubectl', 'run', 'own', '--image', name, '--image-pull-policy', 'Never'],
    ...['--restart', 'Never', '--attach', '--quiet', '--', 'sh', '-c', 'sleep 1'],
  ]);
});
