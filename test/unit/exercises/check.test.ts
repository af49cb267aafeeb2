import { beforeEach, describe, expect, it } from 'vitest';
import { checkExercise, watchExercise } from '../../../scripts/exercises/check.ts';
import { nextHint, showSolution } from '../../../scripts/exercises/help.ts';
import { answerParts, listQuestions } from '../../../scripts/exercises/questions.ts';
import type { Session } from '../../../scripts/exercises/session.ts';
import { startExercise } from '../../../scripts/exercises/start.ts';
import { summarize } from '../../../scripts/exercises/summary.ts';
import { openDesk, type Desk } from '../../support/desk.ts';
import type { FakeCluster } from '../../support/fake-cluster.ts';

let desk: Desk;
let session: Session;
let cluster: FakeCluster;

beforeEach(async () => {
  desk = await openDesk();
  ({ session, cluster } = desk);
});

describe('answer and check', () => {
  it('grades answers against facts of the start, and keeps the best result', async () => {
    const exercise = await desk.exerciseWith();
    await startExercise(session, exercise);
    expect((await checkExercise(session, exercise)).status).toBe('fail');
    await answerParts(session, exercise, [{ part: 'dev', value: 'enp0s3:' }]);
    expect((await checkExercise(session, exercise)).status).toBe('pass');
    await answerParts(session, exercise, [{ part: 'dev', value: 'eth9' }]);
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
    const exercise = await desk.exerciseWith({ criteria, parts: [] });
    await startExercise(session, exercise);
    expect((await checkExercise(session, exercise)).status).toBe('pass');
    cluster.apiError = 'connection refused';
    expect((await checkExercise(session, exercise)).status).toBe('error');
    expect((await session.progress.read('net-99')).last).toMatchObject({ score: 10 });
  });

  it('refuses what is not started, unknown parts and answers of the wrong form', async () => {
    const exercise = await desk.exerciseWith();
    await expect(checkExercise(session, exercise)).rejects.toMatchObject({
      hint: 'lab exercise net-99',
    });
    await startExercise(session, exercise);
    await expect(
      answerParts(session, exercise, [{ part: 'deb', value: 'x' }]),
    ).rejects.toMatchObject({
      hint: 'Did you mean "dev"?',
    });
    await expect(answerParts(session, exercise, [{ part: 'dev', value: ' ' }])).rejects.toThrow(
      'empty',
    );
    expect((await listQuestions(session, exercise))[0]?.answer).toBeUndefined();
  });

  it('does not grade what was set up on a cluster that is gone', async () => {
    const exercise = await desk.exerciseWith();
    await startExercise(session, exercise);
    desk.renew();
    await expect(checkExercise(session, exercise)).rejects.toMatchObject({ code: 'other-cluster' });
  });

  it('watches until full marks and reports changes only', async () => {
    const exercise = await desk.exerciseWith();
    await startExercise(session, exercise);
    const seen: number[] = [];
    setTimeout(() => void answerParts(session, exercise, [{ part: 'dev', value: 'enp0s3' }]), 120);
    const last = await watchExercise(session, exercise, ({ score }) => seen.push(score), 20);
    expect(last.status).toBe('pass');
    expect(seen).toEqual([0, 10]);
    expect((await session.progress.read('net-99')).checks).toBe(2);
  });
});

describe('hints and solution', () => {
  it('gives hints one by one and the last one again', async () => {
    const exercise = await desk.exerciseWith();
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
    const exercise = await desk.exerciseWith();
    await startExercise(session, exercise);
    const solution = await showSolution(session, exercise);
    expect(solution.scripts[0]).toMatchObject({ on: 'control-plane', name: 'solution.sh' });
    expect(solution.scripts[0]?.text).toContain('# solve');
    expect(solution.debrief).toMatch(/^It was \w+\.$/);
    expect(summarize([exercise], [], await session.progress.all())[0]?.solutionSeen).toBe(true);
  });
});
