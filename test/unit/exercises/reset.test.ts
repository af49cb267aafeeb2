import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkExercise } from '../../../scripts/exercises/check.ts';
import { answerParts } from '../../../scripts/exercises/questions.ts';
import type { Session } from '../../../scripts/exercises/session.ts';
import { resetExercise, startExercise } from '../../../scripts/exercises/start.ts';
import { openDesk, type Desk } from '../../support/desk.ts';
import type { FakeCluster } from '../../support/fake-cluster.ts';

let desk: Desk;
let session: Session;
let cluster: FakeCluster;

beforeEach(async () => {
  desk = await openDesk();
  ({ session, cluster } = desk);
});

describe('resetExercise', () => {
  it('undoes in reverse order, forgets the attempt, keeps the best and draws new values', async () => {
    const scripts = [
      { on: 'control-plane', script: 'setup.sh' },
      { on: 'workers', script: 'setup.nodes.sh' },
    ];
    const exercise = await desk.exerciseWith({ setup: { budget_seconds: 5, scripts } });
    await writeFile(join(desk.folder, 'setup.nodes.sh'), '#!/bin/bash\n');
    const order: string[] = [];
    for (const node of [cluster.master, cluster.node1, cluster.node2]) {
      node.on(/^env .* (apply|undo)$/s, () => {
        order.push(`${node.name} ${node.asked.at(-1)?.split(' ').at(-1) ?? ''}`);
        return 'fact dev enp0s3\n';
      });
    }
    await startExercise(session, exercise);
    const before = await session.progress.read('net-99');
    await answerParts(session, exercise, [{ part: 'dev', value: 'enp0s3' }]);
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
    expect(await resetExercise(session, await desk.exerciseWith())).toBe(false);
    expect(desk.ran).toEqual([]);
  });

  it('runs nothing on a cluster that was made anew since', async () => {
    const exercise = await desk.exerciseWith();
    await startExercise(session, exercise);
    desk.renew();
    await resetExercise(session, exercise);
    expect(desk.ran).toEqual(['apply']);
    expect((await session.progress.read('net-99')).started).toBeUndefined();
  });

  it('stays started when undoing fails, so that it can be tried again', async () => {
    const exercise = await desk.exerciseWith();
    await startExercise(session, exercise);
    cluster.master.on(/setup\.sh undo$/s, { exitCode: 1 });
    await expect(resetExercise(session, exercise)).rejects.toThrow('undoing net-99 failed');
    expect((await session.progress.read('net-99')).started).toBeDefined();
  });
});
