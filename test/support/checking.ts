import { runCheck } from '../../scripts/exercises/checks/index.ts';
import { check as checkSchema, type Check } from '../../scripts/exercises/checks/schema.ts';
import { createLive, type Attempt } from '../../scripts/exercises/live.ts';
import type { Outcome } from '../../scripts/exercises/outcome.ts';
import { part as partSchema } from '../../scripts/exercises/part-schema.ts';
import { renderDeep } from '../../scripts/exercises/render.ts';
import { exerciseSchema, type ExerciseSpec } from '../../scripts/exercises/schema.ts';
import { clusterVariables } from '../../scripts/exercises/vars.ts';
import type { FakeCluster } from './fake-cluster.ts';

/** Runs one check as `grade` does, from the form that authors write. */
export function tryCheck(
  cluster: FakeCluster,
  written: Record<string, unknown>,
  attempt: Partial<Attempt> & { parts?: Record<string, unknown>[] } = {},
): Promise<Outcome> {
  const vars = { ...clusterVariables(cluster), ...attempt.vars };
  const parts = (attempt.parts ?? []).map((one) => partSchema.parse({ prompt: '?', ...one }));
  const full = { vars, answers: attempt.answers ?? {}, facts: attempt.facts ?? {} };
  const check: Check = renderDeep(checkSchema.parse(written), vars);
  return runCheck(check, createLive(cluster, full, parts));
}

/** An exercise with only what a test is about. */
export function writtenExercise(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schema_version: 1,
    id: 'net-99',
    title: 'A test',
    track: 'net',
    kind: 'task',
    difficulty: 'easy',
    target_minutes: 5,
    sources: ['S0-P8'],
    needs: { state: 'cluster', cni: ['flannel'] },
    setup: { budget_seconds: 10 },
    criteria: [{ id: 'one', title: 'One', points: 10, why: 'because', check: ok }],
    hints: [{ tier: 1, text: 'look' }],
    wrong: [{ name: 'lazy', score: 0, message: 'nothing' }],
    ...over,
  };
}

/** A check that passes when node1 answers `true` with exit code 0. */
const ok = { kind: 'command', on: 'worker1', argv: ['true'] };

export function exerciseOf(over: Record<string, unknown> = {}): ExerciseSpec {
  return exerciseSchema.parse(writtenExercise(over));
}
