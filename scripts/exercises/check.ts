import { usageError } from '../base/errors.ts';
import { sleep } from '../base/until.ts';
import { grade } from './grade.ts';
import type { Exercise } from './load.ts';
import { clusterId } from './needs.ts';
import type { Result } from './outcome.ts';
import type { ExerciseRecord } from './progress.ts';
import { attemptOf, started, type Session } from './session.ts';

async function keepResult(session: Session, result: Result): Promise<void> {
  const at = new Date().toISOString();
  const { id, score, max, status } = result;
  await session.progress.update(id, (record) => {
    const checks = record.checks + 1;
    if (status === 'error') return { ...record, checks };
    const last = { score, max, at };
    const isBest = record.best === undefined || score > record.best.score;
    const solved = record.solved ?? (status === 'pass' ? at : undefined);
    return { ...record, checks, last, best: isBest ? last : record.best, solved };
  });
  await session.progress.log({ id, event: 'check', result });
}

/** @throws LabError `other-cluster`. An API server that does not answer is left for grading to tell. */
async function sameCluster(
  session: Session,
  { spec }: Exercise,
  record: ExerciseRecord,
): Promise<void> {
  const here = await clusterId(spec.needs, session.cluster).catch(() => record.cluster);
  if (here === record.cluster) return;
  throw usageError('other-cluster', `${spec.id} was set up on a cluster that is gone`, {
    hint: `lab exercise ${spec.id}`,
  });
}

async function gradeNow(session: Session, exercise: Exercise): Promise<Result> {
  const record = await started(session, exercise);
  const { cluster, signal, report } = session;
  const attempt = attemptOf(record, cluster);
  const [result] = await Promise.all([
    grade(exercise.spec, cluster, attempt, { signal, onCriterion: report }),
    sameCluster(session, exercise, record),
  ]);
  return result;
}

/** Grades once and keeps the result. @throws LabError `not-started`, `other-cluster`. */
export async function checkExercise(session: Session, exercise: Exercise): Promise<Result> {
  const result = await gradeNow(session, exercise);
  await keepResult(session, result);
  return result;
}

/**
 * Grades again and again until full marks or the signal; `onChange` gets the first result and every one that differs.
 * Only those are kept.
 */
export async function watchExercise(
  session: Session,
  exercise: Exercise,
  onChange: (result: Result) => void,
  interval = 2000,
): Promise<Result> {
  let shown = '';
  for (;;) {
    const result = await gradeNow({ ...session, report: undefined }, exercise);
    const text = JSON.stringify(result);
    if (text !== shown) {
      await keepResult(session, result);
      onChange(result);
      shown = text;
    }
    if (result.status === 'pass') return result;
    await sleep(interval, session.signal);
  }
}
