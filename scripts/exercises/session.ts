import { usageError } from '../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Attempt } from './live.ts';
import type { Exercise } from './load.ts';
import type { ExerciseRecord, Progress } from './progress.ts';
import type { Vars } from './render.ts';
import { clusterVariables } from './vars.ts';

/** Who works where: everything that the verbs below need besides the exercise. */
export interface Session {
  cluster: Cluster;
  progress: Progress;
  /** Name of the environment and of the learner; both go into the seed of the variables. */
  environment: string;
  student: string;
  report?: (text: string) => void;
  signal?: AbortSignal;
}

/** Variables of the attempt, with those that every exercise has. */
export function allVars(record: ExerciseRecord, cluster: Cluster): Vars {
  return { ...clusterVariables(cluster), ...record.vars };
}

export function attemptOf(record: ExerciseRecord, cluster: Cluster): Attempt {
  return { vars: allVars(record, cluster), answers: record.answers, facts: record.facts };
}

/** The record of an exercise that is set up. @throws LabError `not-started`. */
export async function started(session: Session, exercise: Exercise): Promise<ExerciseRecord> {
  return requireStarted(exercise, await session.progress.read(exercise.spec.id));
}

/** @throws LabError `not-started`. */
export function requireStarted(exercise: Exercise, record: ExerciseRecord): ExerciseRecord {
  if (record.started !== undefined) return record;
  throw usageError('not-started', `${exercise.spec.id} is not started`, {
    hint: `lab exercise ${exercise.spec.id}`,
  });
}
