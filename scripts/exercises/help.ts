import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../base/errors.ts';
import type { Exercise } from './load.ts';
import type { ExerciseRecord } from './progress.ts';
import { renderKnown } from './render.ts';
import { allVars, started, type Session } from './session.ts';

export interface Hint {
  tier: number;
  text: string;
  /** Which of how many; when the last was given before, it is given again. */
  number: number;
  of: number;
}

/** The next hint, in the order of the tiers. @throws LabError `not-started`. */
export async function nextHint(session: Session, exercise: Exercise): Promise<Hint> {
  const { id, hints } = exercise.spec;
  const before = await started(session, exercise);
  const index = Math.min(before.hints, hints.length - 1);
  const hint = hints[index];
  if (!hint) throw new LabError('no-hint', `${id} has no hints`);
  const count = index + 1;
  const record = await session.progress.update(id, (one) => ({ ...one, hints: count }));
  await session.progress.log({ id, event: 'hint', tier: hint.tier });
  const text = renderKnown(hint.text, allVars(record, session.cluster));
  return { tier: hint.tier, text, number: count, of: hints.length };
}

export interface Solution {
  /** The scripts that reach full marks, in order, each with the place where it runs. */
  scripts: { on: string; name: string; text: string }[];
  /** Markdown. */
  debrief: string;
}

/** The reference solution and the debrief; that they were shown is kept. @throws LabError `not-started`. */
export async function showSolution(session: Session, exercise: Exercise): Promise<Solution> {
  const { spec, folder } = exercise;
  await started(session, exercise);
  const record = await session.progress.update(spec.id, (one) => ({
    ...one,
    solution: one.solution ?? new Date().toISOString(),
  }));
  await session.progress.log({ id: spec.id, event: 'solution' });
  const scripts = await Promise.all(
    spec.solution.scripts.map(async ({ on, script }) => ({
      on: [on].flat().join(', '),
      name: script,
      text: await readFile(join(folder, script), 'utf8'),
    })),
  );
  return { scripts, debrief: debriefOf(session, exercise, record) };
}

function debriefOf(session: Session, exercise: Exercise, record: ExerciseRecord): string {
  return renderKnown(exercise.debrief, allVars(record, session.cluster));
}

/** What happened on the wire; for after full marks. @throws LabError `not-started`. */
export async function readDebrief(session: Session, exercise: Exercise): Promise<string> {
  return debriefOf(session, exercise, await started(session, exercise));
}
