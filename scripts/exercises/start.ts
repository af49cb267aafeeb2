import { usageError } from '../base/errors.ts';
import type { Exercise } from './load.ts';
import { checkNeeds, clusterId } from './needs.ts';
import type { ExerciseRecord } from './progress.ts';
import { endAttempt } from './restored.ts';
import { questionsOf, type Question } from './questions.ts';
import { render } from './render.ts';
import { runScripts, type Said } from './scripts.ts';
import { allVars, type Session } from './session.ts';
import { drawVariables } from './vars.ts';

/** A started exercise, ready to be shown. */
export interface Started {
  /** It had been set up before; nothing was run. */
  resumed: boolean;
  /** Markdown. */
  task: string;
  questions: Question[];
  /** Other exercises that are set up on this cluster; two at once may get into each other's way. */
  others: string[];
}

async function othersOn({ progress }: Session, own: string, cluster: string): Promise<string[]> {
  return Object.entries(await progress.all())
    .filter(([id, record]) => id !== own && record.started !== undefined)
    .filter(([, record]) => record.cluster === cluster)
    .map(([id]) => id);
}

function runSetup(
  session: Session,
  { spec, folder }: Exercise,
  word: 'apply' | 'undo',
  record: ExerciseRecord,
): Promise<Said> {
  const { scripts, budget_seconds: budget } = spec.setup;
  return runScripts({
    cluster: session.cluster,
    folder,
    scripts: word === 'apply' ? scripts : [...scripts].reverse(),
    words: [word],
    vars: allVars(record, session.cluster),
    // Undoing waits for pods to end; it may take longer than what the learner waits for at the start.
    budget: word === 'apply' ? budget : Math.max(120, budget),
    doing: `${word === 'apply' ? 'setting up' : 'undoing'} ${spec.id}`,
    report: session.report,
    signal: session.signal,
  });
}

/** @throws LabError `reset-first` where one that breaks what all need is set up. */
function refuseBroken(own: string, others: readonly string[], breaking: readonly string[]): void {
  const broken = others.find((id) => breaking.includes(id));
  if (broken === undefined) return;
  throw usageError('reset-first', `${broken} is still set up`, {
    why: `what is broken there would look like your mistake in ${own}`,
    hint: `lab exercise reset ${broken}   then the same command again`,
  });
}

/**
 * Starts the exercise, or resumes it when it was set up on this very cluster before.
 * A set-up that was interrupted, or made on a cluster that is gone, is made again with the same variables.
 * @param breaking Ids of exercises that break what others need.
 * @throws LabError `needs-unmet`, `reset-first`, `script-failed`, `over-budget`.
 */
export async function startExercise(
  session: Session,
  exercise: Exercise,
  breaking: readonly string[] = [],
): Promise<Started> {
  const { spec } = exercise;
  const { progress, cluster, environment, student } = session;
  const id = await clusterId(spec.needs, cluster);
  const others = await othersOn(session, spec.id, id);
  let record = await progress.read(spec.id);
  const resumed = record.started !== undefined && record.cluster === id && !record.settingUp;
  if (!resumed) {
    await checkNeeds(spec.id, spec.needs, cluster);
    refuseBroken(spec.id, others, breaking);
    const seed = { environment, student, exercise: spec.id, attempt: record.attempt };
    const vars = { ...drawVariables(spec.vars, seed), ...record.vars };
    record = await progress.update(spec.id, (before) => ({ ...before, vars, settingUp: true }));
    const said = await runSetup(session, exercise, 'apply', record);
    record = await progress.update(spec.id, ({ settingUp: _, ...before }) => ({
      ...before,
      facts: said.facts,
      answers: {},
      cluster: id,
      started: new Date().toISOString(),
    }));
    await progress.log({ id: spec.id, event: 'start' });
  }
  const task = render(exercise.task, allVars(record, cluster));
  return { resumed, task, questions: questionsOf(session, exercise, record), others };
}

/**
 * Undoes the set-up and forgets the attempt; best score, full marks and history stay. The next start draws new
 * variables. Also works after an interrupted start; an exercise that was never started is left alone.
 */
export async function resetExercise(session: Session, exercise: Exercise): Promise<boolean> {
  const { spec } = exercise;
  const record = await session.progress.read(spec.id);
  if (record.started === undefined && !record.settingUp) return false;
  const here = await clusterId(spec.needs, session.cluster);
  // On a cluster that was made anew since, there is nothing to undo.
  if (record.cluster === here || record.settingUp) {
    await runSetup(session, exercise, 'undo', record);
  }
  await endAttempt(session.progress, spec.id);
  return true;
}
