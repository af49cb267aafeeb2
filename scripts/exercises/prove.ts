import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { comesLate, differences, settledDigests, waitForSame, type Digest } from './digest.ts';
import { grade, isGraded } from './grade.ts';
import type { Attempt } from './live.ts';
import { wrongScripts, type Exercise } from './load.ts';
import { some, type Result } from './outcome.ts';
import { openProgress } from './progress.ts';
import { renderKnown } from './render.ts';
import { reportResult } from './report.ts';
import type { ScriptRef } from './schema.ts';
import { answerTexts, runScripts } from './scripts.ts';
import { checkExercise } from './check.ts';
import type { Proof } from './proof.ts';
import {
  claim,
  explain,
  refute,
  timed,
  watchOf,
  type Bench,
  type ProveOptions,
} from './prove-bench.ts';
import { answerParts } from './questions.ts';
import { attemptOf, type Session } from './session.ts';
import { resetExercise, startExercise } from './start.ts';

async function startFresh({ exercise, session, options, proof }: Bench): Promise<void> {
  await options.prepare(exercise.spec.needs);
  await timed(proof.starts, () => startExercise(session, exercise));
}

/** A check, with proof that it changed nothing. */
async function checkOnly({ session, exercise, proof, watch }: Bench): Promise<Result> {
  for (let tries = 1; ; tries++) {
    const before = await settledDigests(watch);
    const result = await timed(proof.checks, () => checkExercise(session, exercise));
    const changes = differences(before.exact, (await watch.look()).exact);
    // A check that takes cables away does so the second time as well.
    if (tries === 1 && changes.length > 0 && changes.every(comesLate)) continue;
    same(changes, 'the check changed the lab');
    return result;
  }
}

function same(changes: string[], what: string): void {
  if (changes.length > 0) refute([`${what}:`, ...changes.slice(0, 20)].join('\n'));
}

/** Milliseconds that the lab has to come back to a state, once what was asked for is done. */
const patience = 30_000;

async function backTo(bench: Bench, before: Digest, what: string): Promise<void> {
  same(await waitForSame(bench.watch, before, bench.options.patience ?? patience), what);
}

function expectScore(result: Result, score: number): void {
  if (result.status === 'error' || result.score !== score) {
    refute(`${result.score} points instead of ${score}\n${reportResult(result)}`);
  }
}

async function attempt({ session, exercise }: Bench): Promise<Attempt> {
  return attemptOf(await session.progress.read(exercise.spec.id), session.cluster);
}

/** Every criterion on its own: a gate must not hide one that anybody gets for nothing. */
async function nothingForFree(bench: Bench): Promise<void> {
  const { exercise, session } = bench;
  const result = await grade(exercise.spec, session.cluster, await attempt(bench), { alone: true });
  const free = result.criteria.filter(({ status }) => status !== 'fail');
  if (free.length > 0) {
    refute(
      some(
        free.map(({ id, status, actual }) => `${id}: ${status} (${actual})`),
        9,
      ),
    );
  }
}

/** Runs a solution or a wrong answer and submits what it answers. */
async function act(bench: Bench, scripts: readonly ScriptRef[], folder: string): Promise<void> {
  const { exercise, session, options } = bench;
  const said = await runScripts({
    cluster: session.cluster,
    folder,
    scripts,
    words: [],
    vars: (await attempt(bench)).vars,
    budget: 300,
    doing: `proving ${exercise.spec.id}`,
    report: options.report,
    signal: options.signal,
  });
  const given = Object.entries(answerTexts(said));
  await answerParts(
    session,
    exercise,
    given.map(([part, value]) => ({ part, value })),
  );
}

/** False when the exercise cannot even be set up. */
async function proveFresh(bench: Bench): Promise<boolean> {
  const { exercise, session } = bench;
  const ready = await claim(bench, 'set-up works within its budget', () => startFresh(bench));
  if (!ready) return false;
  await claim(bench, 'fresh scores 0, and checking changes nothing', async () => {
    expectScore(await checkOnly(bench), 0);
  });
  await claim(bench, 'no criterion passes on the fresh state', () => nothingForFree(bench));
  await claim(bench, 'set-up twice equals once', async () => {
    const before = await bench.watch.look();
    const { vars, facts } = await attempt(bench);
    const { scripts, budget_seconds: budget } = exercise.spec.setup;
    const said = await runScripts({
      ...{ cluster: session.cluster, folder: exercise.folder, scripts, words: ['apply'] },
      ...{ vars, budget, doing: `setting up ${exercise.spec.id} again` },
    });
    await backTo(bench, before.stable, 'the second set-up changed the lab');
    if (JSON.stringify(said.facts) !== JSON.stringify(facts)) {
      refute(`facts differ: ${JSON.stringify(facts)}, then ${JSON.stringify(said.facts)}`);
    }
  });
  return true;
}

async function proveWrong(bench: Bench, wrong: Exercise['spec']['wrong'][number]): Promise<void> {
  const { exercise, session, proof } = bench;
  await claim(bench, `wrong/${wrong.name} gets ${wrong.score} points and its message`, async () => {
    await act(bench, wrongScripts(wrong), join(exercise.folder, 'wrong'));
    const result = await timed(proof.checks, () => checkExercise(session, exercise));
    const failed = result.criteria.filter(({ status }) => status === 'fail');
    for (const { id } of failed.filter(isGraded)) (proof.failsIn[id] ??= []).push(wrong.name);
    expectScore(result, wrong.score);
    const texts = failed.map(({ title, actual, expected, why }) =>
      [title, actual, expected, why].join('\n'),
    );
    const message = renderKnown(wrong.message, (await attempt(bench)).vars);
    if (!texts.some((text) => text.includes(message))) {
      refute(`no failed criterion says "${message}"\n${reportResult(result)}`);
    }
  });
}

/** Undo, then a new start; false if that does not work, so that nothing later can be believed. */
async function again(bench: Bench): Promise<boolean> {
  const { session, exercise } = bench;
  return claim(bench, 'undo and a new start work', async () => {
    await resetExercise(session, exercise);
    await startFresh(bench);
  });
}

/** False when an undo or a start failed on the way. */
async function proveWrongs(bench: Bench): Promise<boolean> {
  for (const wrong of bench.exercise.spec.wrong) {
    await proveWrong(bench, wrong);
    if (!(await again(bench))) return false;
  }
  await claim(bench, 'each criterion fails in some wrong answer', async () => {
    const never = Object.entries(bench.proof.failsIn).filter(([, names]) => names.length === 0);
    if (never.length > 0) refute(`never seen to fail: ${never.map(([id]) => id).join(', ')}`);
  });
  return true;
}

async function proveSolution(bench: Bench): Promise<void> {
  const { exercise } = bench;
  const max = exercise.spec.criteria.reduce((sum, { points }) => sum + points, 0);
  await claim(bench, 'the solution scores full marks, and checking changes nothing', async () => {
    await act(bench, exercise.spec.solution.scripts, exercise.folder);
    expectScore(await checkOnly(bench), max);
  });
}

async function run(bench: Bench): Promise<void> {
  const { exercise, session, options } = bench;
  let before: Digest = new Map();
  const prepared = await claim(bench, 'the lab can be brought into the state needed', async () => {
    await options.prepare(exercise.spec.needs);
    before = (await settledDigests(bench.watch)).stable;
  });
  if (!prepared || !(await proveFresh(bench))) return;
  if (!options.quick && !(await proveWrongs(bench))) return;
  await proveSolution(bench);
  await claim(bench, 'undo leaves the lab as it was', async () => {
    await resetExercise(session, exercise);
    await backTo(bench, before, 'undo left a difference; lab reset takes it away');
  });
}

/**
 * Proves on a live lab that an exercise grades truthfully: fresh 0, solution full marks, each wrong answer as declared,
 * set-up twice = once, checks change nothing, undo leaves nothing. A learner's own progress is not touched,
 * but the lab is: whatever learners did for this exercise may be undone.
 */
export async function proveExercise(
  exercise: Exercise,
  cluster: Cluster,
  options: ProveOptions,
): Promise<Proof> {
  const { id, criteria } = exercise.spec;
  const failsIn = Object.fromEntries(criteria.map((one) => [one.id, []]));
  const proof: Proof = { id, proven: false, statements: [], starts: [], checks: [], failsIn };
  const folder = await mkdtemp(join(tmpdir(), 'lab-prove-'));
  try {
    const session: Session = {
      cluster,
      progress: openProgress(folder),
      environment: cluster.name,
      student: 'prove',
      signal: options.signal,
    };
    const watch = watchOf(exercise, cluster, options);
    const bench: Bench = { exercise, session, options, proof, watch };
    await run(bench);
    // Whatever stopped the proof, the next exercise must find the lab clean.
    await resetExercise(session, exercise).catch((error: unknown) => {
      proof.statements.push({
        title: 'undo works',
        holds: false,
        problem: explain(error),
        seconds: 0,
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  proof.proven = proof.statements.every(({ holds }) => holds);
  return proof;
}
