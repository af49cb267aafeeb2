import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Exercise } from '../../../scripts/exercises/load.ts';
import { openProgress } from '../../../scripts/exercises/progress.ts';
import {
  answerPart,
  checkExercise,
  listQuestions,
  nextHint,
  resetExercise,
  showSolution,
  startExercise,
  watchExercise,
  type Session,
} from '../../../scripts/exercises/session.ts';
import { summarize } from '../../../scripts/exercises/summary.ts';
import {
  fakeCluster,
  fakeNodeObject,
  threeNodes,
  type FakeCluster,
} from '../../support/fake-cluster.ts';
import { exerciseOf } from '../../support/checking.ts';

const agent = {
  kind: 'DaemonSet',
  metadata: { name: 'kube-flannel-ds', namespace: 'kube-flannel' },
};
const home = (uid: string): { kind: string; metadata: { name: string; uid: string } } => ({
  kind: 'Namespace',
  metadata: { name: 'kube-system', uid },
});

let session: Session;
let cluster: FakeCluster;
let folder = '';
/** The words of every script that ran, as the node saw them. */
let ran: string[];

async function exerciseWith(over: Record<string, unknown> = {}): Promise<Exercise> {
  const spec = exerciseOf({
    vars: { app: { pick: ['web', 'shop', 'blog', 'mail', 'docs', 'news'] } },
    parts: [{ id: 'dev', prompt: 'Which device has {{app}}?', type: 'interface' }],
    criteria: [
      {
        ...{ id: 'dev', title: 'The device', points: 10, why: 'look' },
        check: { kind: 'answer', part: 'dev', truth: { from: 'fact', name: 'dev' } },
      },
    ],
    hints: [
      { tier: 1, text: 'first {{app}}' },
      { tier: 2, text: 'second' },
    ],
    ...over,
  });
  await writeFile(join(folder, 'setup.sh'), '#!/bin/bash\n# set up\n');
  await writeFile(join(folder, 'solution.sh'), '#!/bin/bash\n# solve\n');
  return { spec, folder, task: 'Find {{app}} on {{worker1}}.', debrief: 'It was {{app}}.' };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'session-test-'));
  await mkdir(join(folder, 'wrong'));
  cluster = fakeCluster([...threeNodes, agent, home('c1')]);
  ran = [];
  cluster.master.on(/^env .* bash -c .*setup\.sh (apply|undo)$/s, () => {
    ran.push(cluster.master.asked.at(-1)?.split(' ').at(-1) ?? '');
    return 'hello\nfact dev enp0s3\n';
  });
  session = {
    cluster,
    progress: openProgress(join(folder, 'progress')),
    environment: 'lab',
    student: 'ann',
  };
});

describe('startExercise', () => {
  it('sets up, and shows the task with the values of this attempt', async () => {
    const { resumed, task, questions } = await startExercise(session, await exerciseWith());
    const { vars, facts } = await session.progress.read('net-99');
    expect(resumed).toBe(false);
    expect(ran).toEqual(['apply']);
    expect(task).toBe(`Find ${vars.app} on node1.`);
    expect(facts).toEqual({ dev: ['enp0s3'] });
    expect(questions[0]?.prompt).toBe(`Which device has ${vars.app}?`);
    expect(cluster.master.asked[0]).toContain(`LAB_APP=${vars.app}`);
    expect(cluster.master.asked[0]).toContain('KUBECONFIG=/etc/kubernetes/admin.conf');
  });

  it('resumes without running anything, with the same values and answers', async () => {
    const exercise = await exerciseWith();
    const first = await startExercise(session, exercise);
    await answerPart(session, exercise, 'dev', 'eth1');
    const second = await startExercise(session, exercise);
    expect(second.resumed).toBe(true);
    expect(second.task).toBe(first.task);
    expect(second.questions[0]?.answer).toBe('eth1');
    expect(ran).toEqual(['apply']);
  });

  it('sets up again, with the same values, when the cluster is a new one', async () => {
    const exercise = await exerciseWith();
    const first = await startExercise(session, exercise);
    cluster.objects = [...threeNodes, agent, home('c2')];
    const second = await startExercise(session, exercise);
    expect(second.resumed).toBe(false);
    expect(second.task).toBe(first.task);
    expect(ran).toEqual(['apply', 'apply']);
  });

  it('sets up again after a set-up that failed half-way', async () => {
    const exercise = await exerciseWith();
    cluster.master.on(/setup\.sh apply$/s, { exitCode: 1, stderr: 'no space' });
    await expect(startExercise(session, exercise)).rejects.toMatchObject({
      code: 'script-failed',
      details: expect.stringContaining('no space') as unknown,
    });
    await expect(checkExercise(session, exercise)).rejects.toThrow('not started');
    cluster.master.on(/setup\.sh apply$/s, 'fact dev enp0s3\n');
    expect((await startExercise(session, exercise)).resumed).toBe(false);
  });

  it.each([
    [
      'another pod network',
      { state: 'cluster', cni: ['weave'] },
      'it needs the pod network weave, there is flannel',
    ],
    [
      'no pod network',
      { state: 'joined', cni: ['none'] },
      'starts without a pod network, there is flannel',
    ],
    [
      'more workers',
      { state: 'cluster', cni: ['flannel'], workers: 3 },
      'it needs 3 workers, there are 2',
    ],
  ])('refuses a lab with the wrong shape: %s', async (_, needs, why) => {
    const exercise = await exerciseWith({ needs });
    await expect(startExercise(session, exercise)).rejects.toMatchObject({
      code: 'needs-unmet',
      why,
    });
    expect(ran).toEqual([]);
  });

  it('refuses a lab whose nodes are not all joined or Ready', async () => {
    const exercise = await exerciseWith();
    cluster.objects = [...threeNodes.slice(0, 2), agent, home('c1')];
    await expect(startExercise(session, exercise)).rejects.toMatchObject({
      why: 'not joined: node2',
    });
    cluster.objects = [
      ...threeNodes.slice(0, 2),
      fakeNodeObject('node2', 'x', 'False'),
      agent,
      home('c1'),
    ];
    await expect(startExercise(session, exercise)).rejects.toMatchObject({
      why: 'not Ready: node2',
    });
  });

  it('starts on joined nodes without a pod network', async () => {
    const names = ['master', 'node1', 'node2'];
    cluster.objects = [...names.map((name) => fakeNodeObject(name, name, 'False')), home('c1')];
    const exercise = await exerciseWith({ needs: { state: 'joined', cni: ['none'] } });
    expect((await startExercise(session, exercise)).resumed).toBe(false);
  });
});

describe('answer and check', () => {
  it('grades answers against facts of the start, and keeps the best result', async () => {
    const exercise = await exerciseWith();
    await startExercise(session, exercise);
    expect((await checkExercise(session, exercise)).status).toBe('fail');
    await answerPart(session, exercise, 'dev', 'enp0s3:');
    expect((await checkExercise(session, exercise)).status).toBe('pass');
    await answerPart(session, exercise, 'dev', 'eth9');
    expect((await checkExercise(session, exercise)).status).toBe('fail');
    const record = await session.progress.read('net-99');
    expect(record).toMatchObject({ checks: 3, last: { score: 0 }, best: { score: 10 } });
    expect(record.solved).toBeDefined();
    const history = await session.progress.history();
    expect(history.map(({ event }) => event)).toEqual([
      'start',
      ...['check', 'answer', 'check', 'answer', 'check'],
    ]);
    expect(history[1]).toMatchObject({ result: { id: 'net-99', status: 'fail', max: 10 } });
  });

  it('does not take an error for a result', async () => {
    const check = { kind: 'object', resource: 'nodes' };
    const criteria = [{ id: 'a', title: 'A', points: 10, why: 'x', check }];
    const exercise = await exerciseWith({ criteria, parts: [] });
    await startExercise(session, exercise);
    expect((await checkExercise(session, exercise)).status).toBe('pass');
    cluster.apiError = 'connection refused';
    expect((await checkExercise(session, exercise)).status).toBe('error');
    expect((await session.progress.read('net-99')).last).toMatchObject({ score: 10 });
  });

  it('refuses what is not started, unknown parts and answers of the wrong form', async () => {
    const exercise = await exerciseWith();
    await expect(checkExercise(session, exercise)).rejects.toMatchObject({
      hint: 'lab exercise net-99',
    });
    await startExercise(session, exercise);
    await expect(answerPart(session, exercise, 'deb', 'x')).rejects.toMatchObject({
      hint: 'Did you mean "dev"?',
    });
    await expect(answerPart(session, exercise, 'dev', ' ')).rejects.toThrow('empty');
    expect((await listQuestions(session, exercise))[0]?.answer).toBeUndefined();
  });

  it('does not grade what was set up on a cluster that is gone', async () => {
    const exercise = await exerciseWith();
    await startExercise(session, exercise);
    cluster.objects = [...threeNodes, agent, home('c2')];
    await expect(checkExercise(session, exercise)).rejects.toMatchObject({ code: 'other-cluster' });
  });

  it('watches until full marks and reports changes only', async () => {
    const exercise = await exerciseWith();
    await startExercise(session, exercise);
    const seen: number[] = [];
    setTimeout(() => void answerPart(session, exercise, 'dev', 'enp0s3'), 120);
    const last = await watchExercise(session, exercise, ({ score }) => seen.push(score), 20);
    expect(last.status).toBe('pass');
    expect(seen).toEqual([0, 10]);
    expect((await session.progress.read('net-99')).checks).toBe(2);
  });
});

describe('hints and solution', () => {
  it('gives hints one by one and the last one again', async () => {
    const exercise = await exerciseWith();
    await startExercise(session, exercise);
    const { vars } = await session.progress.read('net-99');
    expect(await nextHint(session, exercise)).toEqual({
      tier: 1,
      text: `first ${vars.app}`,
      number: 1,
      of: 2,
    });
    expect(await nextHint(session, exercise)).toMatchObject({ tier: 2, number: 2 });
    expect(await nextHint(session, exercise)).toMatchObject({ tier: 2, number: 2 });
    expect((await session.progress.read('net-99')).hints).toBe(2);
  });

  it('shows the solution and remembers that it did', async () => {
    const exercise = await exerciseWith();
    await startExercise(session, exercise);
    const solution = await showSolution(session, exercise);
    expect(solution.scripts[0]).toMatchObject({ on: 'control-plane', name: 'solution.sh' });
    expect(solution.scripts[0]?.text).toContain('# solve');
    expect(solution.debrief).toMatch(/^It was \w+\.$/);
    expect(summarize([exercise], await session.progress.all())[0]?.solutionSeen).toBe(true);
  });
});

describe('resetExercise', () => {
  it('undoes in reverse order, forgets the attempt, keeps the best and draws new values', async () => {
    const scripts = [
      { on: 'control-plane', script: 'setup.sh' },
      { on: 'workers', script: 'setup.nodes.sh' },
    ];
    const exercise = await exerciseWith({ setup: { budget_seconds: 5, scripts } });
    await writeFile(join(folder, 'setup.nodes.sh'), '#!/bin/bash\n');
    const order: string[] = [];
    for (const node of [cluster.master, cluster.node1, cluster.node2]) {
      node.on(/^env .* (apply|undo)$/s, () => {
        order.push(`${node.name} ${node.asked.at(-1)?.split(' ').at(-1) ?? ''}`);
        return 'fact dev enp0s3\n';
      });
    }
    await startExercise(session, exercise);
    const before = await session.progress.read('net-99');
    await answerPart(session, exercise, 'dev', 'enp0s3');
    await checkExercise(session, exercise);
    expect(await resetExercise(session, exercise)).toBe(true);
    expect(order).toEqual([
      ...['master apply', 'node1 apply', 'node2 apply'],
      ...['node1 undo', 'node2 undo', 'master undo'],
    ]);
    const after = await session.progress.read('net-99');
    expect(after).toMatchObject({
      attempt: 2,
      answers: {},
      facts: {},
      hints: 0,
      best: { score: 10 },
    });
    expect(after.started).toBeUndefined();
    await startExercise(session, exercise);
    const drawn = (await session.progress.read('net-99')).vars;
    expect(Object.keys(drawn)).toEqual(Object.keys(before.vars));
  });

  it('leaves alone what was never started', async () => {
    expect(await resetExercise(session, await exerciseWith())).toBe(false);
    expect(ran).toEqual([]);
  });

  it('runs nothing on a cluster that was made anew since', async () => {
    const exercise = await exerciseWith();
    await startExercise(session, exercise);
    cluster.objects = [...threeNodes, agent, home('c2')];
    await resetExercise(session, exercise);
    expect(ran).toEqual(['apply']);
    expect((await session.progress.read('net-99')).started).toBeUndefined();
  });

  it('stays started when undoing fails, so that it can be tried again', async () => {
    const exercise = await exerciseWith();
    await startExercise(session, exercise);
    cluster.master.on(/setup\.sh undo$/s, { exitCode: 1 });
    await expect(resetExercise(session, exercise)).rejects.toThrow('undoing net-99 failed');
    expect((await session.progress.read('net-99')).started).toBeDefined();
  });
});
