import { describe, expect, it } from 'vitest';
import { grade } from '../../../scripts/exercises/grade.ts';
import type { Attempt } from '../../../scripts/exercises/live.ts';
import { reportResult } from '../../../scripts/exercises/report.ts';
import { fakeCluster, fakeNodeObject, type FakeCluster } from '../../support/fake-cluster.ts';
import { exerciseOf } from '../../support/checking.ts';

const nobody: Attempt = { vars: {}, answers: {}, facts: {} };

/** A criterion that passes when node1 says yes to `test NAME`. */
function asks(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const check = { kind: 'command', on: 'worker1', argv: ['test', id] };
  return { id, title: `Title ${id}`, points: 10, why: `reason ${id}`, check, ...more };
}

function lab(passing: string[]): FakeCluster {
  const cluster = fakeCluster();
  cluster.node1.on(/^test /, { exitCode: 1 });
  for (const id of passing) cluster.node1.on(`test ${id}`, '');
  return cluster;
}

const three = [asks('one'), asks('two', { points: 30 }), asks('three', { points: 60 })];

describe('grade', () => {
  it.each([
    [[], 0, 'fail'],
    [['two'], 30, 'partial'],
    [['one', 'three'], 70, 'partial'],
    [['one', 'two', 'three'], 100, 'pass'],
  ])('%o gives %i points: %s', async (passing, score, status) => {
    const result = await grade(exerciseOf({ criteria: three }), lab(passing), nobody);
    expect(result).toMatchObject({ id: 'net-99', score, max: 100, status });
  });

  it('has exactly the fields that scripts read', async () => {
    const result = await grade(exerciseOf({ criteria: [asks('one')] }), lab([]), nobody);
    expect(result).toEqual({
      id: 'net-99',
      status: 'fail',
      score: 0,
      max: 10,
      criteria: [
        {
          id: 'one',
          title: 'Title one',
          status: 'fail',
          points: 0,
          max: 10,
          actual: 'node1: exit code 1',
          expected: '"test one": exit code 0',
          why: 'reason one',
        },
      ],
    });
  });

  it('does not score a lab that does not answer, whatever passed before', async () => {
    const cluster = lab(['one']);
    const criteria = [
      asks('one'),
      asks('two', { check: { kind: 'command', on: 'worker2', argv: ['true'] } }),
      asks('three'),
    ];
    cluster.node2.unplug();
    const result = await grade(exerciseOf({ criteria }), cluster, nobody);
    expect(result).toMatchObject({ status: 'error', score: 0, max: 30 });
    expect(result.criteria.map(({ status }) => status)).toEqual(['pass', 'error', 'error']);
    expect(result.criteria[1]?.actual).toContain('node2 does not answer');
    expect(cluster.node1.asked).toEqual(['test one']);
  });

  it('asks nothing behind a gate that is closed', async () => {
    const cluster = lab(['two', 'three']);
    const criteria = [asks('one', { gate: true }), asks('two'), asks('three')];
    const result = await grade(exerciseOf({ criteria }), cluster, nobody);
    expect(result).toMatchObject({ status: 'fail', score: 0 });
    expect(result.criteria[2]).toMatchObject({ status: 'fail', points: 0, actual: 'not graded' });
    expect(result.criteria[2]?.why).toContain('Title one');
    expect(cluster.node1.asked).toEqual(['test one']);
  });

  it('goes on behind a gate that is open', async () => {
    const criteria = [asks('one', { gate: true }), asks('two')];
    const result = await grade(exerciseOf({ criteria }), lab(['one', 'two']), nobody);
    expect(result.status).toBe('pass');
  });

  it('ignores gates when each criterion is to be graded alone', async () => {
    const criteria = [asks('one', { gate: true }), asks('two')];
    const result = await grade(exerciseOf({ criteria }), lab(['two']), nobody, { alone: true });
    expect(result.criteria.map(({ status }) => status)).toEqual(['fail', 'pass']);
  });

  it('runs by priority but lists in the order of the file', async () => {
    const cluster = lab(['one', 'two']);
    const criteria = [asks('one', { priority: 50 }), asks('two', { priority: 10 }), asks('three')];
    const result = await grade(exerciseOf({ criteria }), cluster, nobody);
    expect(cluster.node1.asked).toEqual(['test two', 'test one', 'test three']);
    expect(result.criteria.map(({ id }) => id)).toEqual(['one', 'two', 'three']);
  });

  it('wants all checks of a criterion, and shows the first that fails', async () => {
    const check = (id: string): unknown => ({ kind: 'command', on: 'worker1', argv: ['test', id] });
    const criteria = [asks('all', { check: undefined, checks: ['a', 'b', 'c'].map(check) })];
    const good = await grade(exerciseOf({ criteria }), lab(['a', 'b', 'c']), nobody);
    expect(good.status).toBe('pass');
    const bad = await grade(exerciseOf({ criteria }), lab(['a', 'c']), nobody);
    expect(bad.criteria[0]?.expected).toContain('test b');
  });

  it('shows texts with the values of the attempt', async () => {
    const check = { kind: 'command', on: '{{where}}', argv: ['test', '{{app}}'] };
    const criteria = [asks('one', { title: 'Is {{app}} there', why: '{{app}} it is', check })];
    const vars = { app: 'shop', where: 'worker1' };
    const result = await grade(exerciseOf({ criteria }), lab([]), { ...nobody, vars });
    expect(result.criteria[0]).toMatchObject({ title: 'Is shop there', why: 'shop it is' });
    expect(result.criteria[0]?.expected).toContain('test shop');
  });
});

describe('waiting', () => {
  it('looks again until it passes, and later criteria see the newer state', async () => {
    const cluster = fakeCluster([fakeNodeObject('node1', 'x', 'False')]);
    const path = '.status.conditions[?(@.type=="Ready")].status';
    const check = { kind: 'object', resource: 'nodes', expect: [{ path, is: 'True' }] };
    const criteria = [
      asks('wait', { check: { kind: 'command', on: 'worker1', argv: ['probe'] }, wait_seconds: 5 }),
      asks('nodes', { check, priority: 200 }),
    ];
    // Reads the nodes before the wait, so that a stale copy would be there to be used.
    const early = asks('early', {
      check: { ...check, expect: [{ path, is: 'False' }] },
      priority: 1,
    });
    let calls = 0;
    cluster.node1.on('probe', () => {
      calls += 1;
      if (calls < 2) return { exitCode: 1 };
      cluster.objects = [fakeNodeObject('node1', 'x', 'True')];
      return '';
    });
    const result = await grade(exerciseOf({ criteria: [early, ...criteria] }), cluster, nobody);
    expect(result.status).toBe('pass');
  });

  it('ends at its deadline and says what it saw last', async () => {
    const began = Date.now();
    const criteria = [asks('one', { wait_seconds: 1 })];
    const result = await grade(exerciseOf({ criteria }), lab([]), nobody);
    expect(Date.now() - began).toBeLessThan(3000);
    expect(result.criteria[0]?.actual).toBe('node1: exit code 1 (after 1 s)');
  });

  it('outlasts a lab that does not answer for a moment', async () => {
    const cluster = lab(['one']);
    cluster.node1.unplug();
    setTimeout(() => cluster.node1.plugIn(), 300);
    const criteria = [asks('one', { wait_seconds: 5 })];
    expect((await grade(exerciseOf({ criteria }), cluster, nobody)).status).toBe('pass');
  });

  it('can be interrupted', async () => {
    const criteria = [asks('one', { wait_seconds: 30 })];
    const signal = AbortSignal.timeout(100);
    await expect(grade(exerciseOf({ criteria }), lab([]), nobody, { signal })).rejects.toThrow();
  });
});

describe('reportResult', () => {
  it('shows points, and actual, expected and why where points are missing', async () => {
    const result = await grade(exerciseOf({ criteria: three }), lab(['one']), nobody);
    expect(reportResult(result)).toBe(
      [
        'net-99: 10 of 100 points, partly done',
        '  ok     10/10  Title one',
        '  FAIL    0/30  Title two',
        '       actual    node1: exit code 1',
        '       expected  "test two": exit code 0',
        '       why       reason two',
        '  FAIL    0/60  Title three',
        '       actual    node1: exit code 1',
        '       expected  "test three": exit code 0',
        '       why       reason three',
      ].join('\n'),
    );
  });

  it('shows no score when nothing could be graded', async () => {
    const cluster = lab([]);
    cluster.node1.unplug();
    const result = await grade(exerciseOf({ criteria: three }), cluster, nobody);
    expect(reportResult(result).split('\n')[0]).toBe('net-99: not graded: the lab does not answer');
  });
});
