import { beforeEach, describe, expect, it } from 'vitest';
import { checkExercise } from '../../../scripts/exercises/check.ts';
import { answerParts } from '../../../scripts/exercises/questions.ts';
import type { Session } from '../../../scripts/exercises/session.ts';
import { startExercise } from '../../../scripts/exercises/start.ts';
import { home, openDesk, type Desk } from '../../support/desk.ts';
import { fakeNodeObject, threeNodes, type FakeCluster } from '../../support/fake-cluster.ts';

let desk: Desk;
let session: Session;
let cluster: FakeCluster;

beforeEach(async () => {
  desk = await openDesk();
  ({ session, cluster } = desk);
});

describe('startExercise', () => {
  it('sets up, and shows the task with the values of this attempt', async () => {
    const { resumed, task, questions } = await startExercise(session, await desk.exerciseWith());
    const { vars, facts } = await session.progress.read('net-99');
    expect(resumed).toBe(false);
    expect(desk.ran).toEqual(['apply']);
    expect(task).toBe(`Find ${vars.app} on node1.`);
    expect(facts).toEqual({ dev: ['enp0s3'] });
    expect(questions[0]?.prompt).toBe(`Which device has ${vars.app}?`);
    expect(cluster.master.asked[0]).toContain(`LAB_APP=${vars.app}`);
    expect(cluster.master.asked[0]).toContain('KUBECONFIG=/etc/kubernetes/admin.conf');
  });

  it('resumes without running anything, with the same values and answers', async () => {
    const exercise = await desk.exerciseWith();
    const first = await startExercise(session, exercise);
    await answerParts(session, exercise, [{ part: 'dev', value: 'eth1' }]);
    const second = await startExercise(session, exercise);
    expect(second.resumed).toBe(true);
    expect(second.task).toBe(first.task);
    expect(second.questions[0]?.answer).toBe('eth1');
    expect(desk.ran).toEqual(['apply']);
  });

  it('tells which other exercises are set up on the same cluster', async () => {
    await startExercise(session, await desk.exerciseWith({ id: 'net-98' }));
    const second = await startExercise(session, await desk.exerciseWith());
    expect(second.others).toEqual(['net-98']);
    desk.renew();
    expect((await startExercise(session, await desk.exerciseWith())).others).toEqual([]);
  });

  it('refuses to begin beside one that breaks what all need, on the same cluster', async () => {
    await startExercise(session, await desk.exerciseWith({ id: 'net-98' }));
    const exercise = await desk.exerciseWith();
    await expect(startExercise(session, exercise, ['net-98'])).rejects.toMatchObject({
      code: 'reset-first',
      hint: expect.stringContaining('lab exercise reset net-98') as unknown,
    });
    expect(desk.ran).toEqual(['apply']);
    expect((await startExercise(session, exercise, ['net-97'])).resumed).toBe(false);
    // It has begun, so it may go on.
    expect((await startExercise(session, exercise, ['net-98'])).resumed).toBe(true);
    desk.renew();
    expect((await startExercise(session, exercise, ['net-98'])).resumed).toBe(false);
  });

  it('sets up again, with the same values, when the cluster is a new one', async () => {
    const exercise = await desk.exerciseWith();
    const first = await startExercise(session, exercise);
    desk.renew();
    const second = await startExercise(session, exercise);
    expect(second.resumed).toBe(false);
    expect(second.task).toBe(first.task);
    expect(desk.ran).toEqual(['apply', 'apply']);
  });

  it('sets up again after a set-up that failed half-way', async () => {
    const exercise = await desk.exerciseWith();
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
      'it starts without a pod network, there is flannel',
    ],
    [
      'more workers',
      { state: 'cluster', cni: ['flannel'], workers: 3 },
      'it needs 3 workers, there are 2',
    ],
  ])('refuses a lab with the wrong shape: %s', async (_, needs, why) => {
    const exercise = await desk.exerciseWith({ needs });
    await expect(startExercise(session, exercise)).rejects.toMatchObject({
      code: 'needs-unmet',
      why,
    });
    expect(desk.ran).toEqual([]);
  });

  it('refuses a lab whose nodes are not all joined or Ready', async () => {
    const exercise = await desk.exerciseWith();
    const rest = cluster.objects.filter(({ kind }) => kind !== 'Node');
    cluster.objects = [...threeNodes.slice(0, 2), ...rest];
    await expect(startExercise(session, exercise)).rejects.toMatchObject({
      why: 'not joined: node2',
    });
    cluster.objects = [...threeNodes.slice(0, 2), fakeNodeObject('node2', 'x', 'False'), ...rest];
    await expect(startExercise(session, exercise)).rejects.toMatchObject({
      why: 'not Ready: node2',
    });
  });

  it('starts on joined nodes without a pod network', async () => {
    const names = ['master', 'node1', 'node2'];
    cluster.objects = [...names.map((name) => fakeNodeObject(name, name, 'False')), home('c1')];
    const exercise = await desk.exerciseWith({ needs: { state: 'joined', cni: ['none'] } });
    expect((await startExercise(session, exercise)).resumed).toBe(false);
  });
});
