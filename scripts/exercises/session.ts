import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError, usageError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import { sleep } from '../base/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { readAnswer, rowsOf } from './answer-text.ts';
import { grade } from './grade.ts';
import type { Answer, Attempt } from './live.ts';
import type { Exercise } from './load.ts';
import { checkNeeds, clusterId } from './needs.ts';
import type { Result } from './outcome.ts';
import type { ExerciseRecord, Progress } from './progress.ts';
import { render, renderKnown, type Vars } from './render.ts';
import { runScripts, type Said } from './scripts.ts';
import { clusterVariables, drawVariables } from './vars.ts';

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

/** A question as the learner sees it. */
export interface Question {
  id: string;
  prompt: string;
  /** How to answer, in a few words. */
  how: string;
  /** What was answered so far. */
  answer: Answer | undefined;
}

/** A started exercise, ready to be shown. */
export interface Started {
  /** It had been set up before; nothing was run. */
  resumed: boolean;
  /** Markdown. */
  task: string;
  questions: Question[];
}

/** Variables of the attempt, with those that every exercise has. */
function allVars(record: ExerciseRecord, cluster: Cluster): Vars {
  return { ...clusterVariables(cluster), ...record.vars };
}

function attemptOf(record: ExerciseRecord, cluster: Cluster): Attempt {
  return { vars: allVars(record, cluster), answers: record.answers, facts: record.facts };
}

function howTo(part: Exercise['spec']['parts'][number], cluster: Cluster): string {
  const table = rowsOf(part, cluster).map((row) => `${row}=…`);
  const ways = { value: 'one value', set: 'several, any order', list: 'several, in order' };
  const way = part.form === 'table' ? table.join(' ') : ways[part.form];
  const type = part.type === 'text' ? '' : ` (${part.type})`;
  return `${way}${type}${part.example === undefined ? '' : `, such as ${part.example}`}`;
}

function questionsOf(session: Session, exercise: Exercise, record: ExerciseRecord): Question[] {
  const vars = allVars(record, session.cluster);
  return exercise.spec.parts.map((part) => ({
    id: part.id,
    prompt: renderKnown(part.prompt, vars),
    how: renderKnown(howTo(part, session.cluster), vars),
    answer: record.answers[part.id],
  }));
}

async function started(session: Session, exercise: Exercise): Promise<ExerciseRecord> {
  const record = await session.progress.read(exercise.spec.id);
  if (record.started !== undefined) return record;
  throw usageError('not-started', `${exercise.spec.id} is not started`, {
    hint: `lab exercise ${exercise.spec.id}`,
  });
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

/**
 * Starts the exercise, or resumes it when it was set up on this very cluster before.
 * A set-up that was interrupted, or made on a cluster that is gone, is made again with the same variables.
 * @throws LabError `needs-unmet`, `script-failed`, `over-budget`.
 */
export async function startExercise(session: Session, exercise: Exercise): Promise<Started> {
  const { spec } = exercise;
  const { progress, cluster, environment, student } = session;
  const id = await clusterId(spec.needs, cluster);
  let record = await progress.read(spec.id);
  const resumed = record.started !== undefined && record.cluster === id && !record.settingUp;
  if (!resumed) {
    await checkNeeds(spec.id, spec.needs, cluster);
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
  return { resumed, task, questions: questionsOf(session, exercise, record) };
}

/** The questions with the answers given so far. */
export async function listQuestions(session: Session, exercise: Exercise): Promise<Question[]> {
  return questionsOf(session, exercise, await started(session, exercise));
}

/**
 * Keeps an answer; a later one for the same part replaces it, rows of a table are added.
 * @returns The answer as kept.
 * @throws LabError `not-started`, `unknown-part`, `bad-answer` (its form is wrong).
 */
export async function answerPart(
  session: Session,
  exercise: Exercise,
  partId: string,
  text: string,
): Promise<Answer> {
  const { spec } = exercise;
  const part = spec.parts.find(({ id }) => id === partId);
  if (!part) {
    const known = spec.parts.map(({ id }) => id);
    const none = known.length === 0 ? `${spec.id} asks no questions` : suggest(partId, known);
    throw usageError('unknown-part', `${spec.id} has no part "${partId}"`, { hint: none });
  }
  const before = await started(session, exercise);
  const value = readAnswer(part, text, session.cluster, before.answers[partId]);
  await session.progress.update(spec.id, (record) => ({
    ...record,
    answers: { ...record.answers, [partId]: value },
  }));
  await session.progress.log({ id: spec.id, event: 'answer', part: partId, value });
  return value;
}

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
  await session.progress.update(spec.id, ({ best, solved, attempt }) => ({
    attempt: attempt + 1,
    vars: {},
    facts: {},
    answers: {},
    hints: 0,
    checks: 0,
    best,
    solved,
  }));
  await session.progress.log({ id: spec.id, event: 'reset' });
  return true;
}
