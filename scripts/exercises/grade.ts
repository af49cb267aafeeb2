import { LabError, messageOf } from '../base/errors.ts';
import { sleep } from '../base/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { runCheck } from './checks/index.ts';
import type { Check } from './checks/schema.ts';
import { createLive, type Attempt, type Live } from './live.ts';
import type { CriterionResult, Outcome, Result } from './outcome.ts';
import { renderDeep, renderKnown } from './render.ts';
import type { Criterion, ExerciseSpec } from './schema.ts';

export interface GradeOptions {
  signal?: AbortSignal;
  /** Grade every criterion on its own, as if there were no gates and nothing to wait for; for proofs. */
  alone?: boolean;
  /** Called before each criterion. */
  onCriterion?: (title: string) => void;
}

/** The checks of a criterion, in order. */
export function checksOf(criterion: Criterion): Check[] {
  return criterion.checks ?? (criterion.check ? [criterion.check] : []);
}

/** Foundation first; equal priorities in the order of the file. */
export function inOrder(criteria: readonly Criterion[]): Criterion[] {
  return [...criteria].sort((a, b) => a.priority - b.priority);
}

/** All checks of a criterion; the first that fails is the one that is shown. */
async function look(criterion: Criterion, live: Live): Promise<Outcome> {
  let last: Outcome = { pass: false, actual: 'no check', expected: '' };
  for (const check of checksOf(criterion)) {
    last = await runCheck(renderDeep(check, live.attempt.vars), live);
    if (!last.pass) return last;
  }
  return last;
}

type Seen = { outcome: Outcome } | { error: unknown };

/** What has been read so far in this run; waiting begins it anew, so that later criteria see the newer state. */
interface Run {
  live: Live;
  begin: () => Live;
}

/** Looks again until it passes or the time is up; what was seen last counts, an unreadable lab too. */
async function lookUntil(criterion: Criterion, run: Run, options: GradeOptions): Promise<Seen> {
  const { slowness } = run.live.cluster.controlPlane;
  const deadline = Date.now() + (options.alone ? 0 : criterion.wait_seconds * 1000 * slowness);
  for (;;) {
    let seen: Seen;
    try {
      options.signal?.throwIfAborted();
      seen = { outcome: await look(criterion, run.live) };
    } catch (error) {
      if (options.signal?.aborted) throw error;
      seen = { error };
    }
    if ('outcome' in seen && seen.outcome.pass) return seen;
    if (Date.now() >= deadline) return seen;
    await sleep(500, options.signal);
    run.live = run.begin();
  }
}

function verdict(criterion: Criterion, seen: Seen, attempt: Attempt): CriterionResult {
  const text = (words: string): string => renderKnown(words, attempt.vars);
  const base = { id: criterion.id, title: text(criterion.title), max: criterion.points };
  if ('error' in seen) {
    const { error } = seen;
    const why = error instanceof LabError && error.why !== undefined ? ` (${error.why})` : '';
    return {
      ...base,
      status: 'error',
      points: 0,
      actual: `${messageOf(error)}${why}`,
      expected: criterion.expected === undefined ? 'a lab that answers' : text(criterion.expected),
      why: 'The lab itself did not answer, so nothing was graded. See `lab status`.',
    };
  }
  const { pass, actual, expected } = seen.outcome;
  const waited = pass || criterion.wait_seconds === 0 ? '' : ` (after ${criterion.wait_seconds} s)`;
  return {
    ...base,
    status: pass ? 'pass' : 'fail',
    points: pass ? criterion.points : 0,
    actual: actual + waited,
    expected: criterion.expected === undefined ? expected : text(criterion.expected),
    why: seen.outcome.why ?? text(criterion.why),
  };
}

const behindGate = 'not graded';

/** False where a gate before it has failed, so that nobody has looked. */
export function isGraded({ actual }: CriterionResult): boolean {
  return actual !== behindGate;
}

function notGraded(criterion: Criterion, gate: CriterionResult, attempt: Attempt): CriterionResult {
  return {
    id: criterion.id,
    title: renderKnown(criterion.title, attempt.vars),
    status: gate.status === 'error' ? 'error' : 'fail',
    points: 0,
    max: criterion.points,
    actual: behindGate,
    expected: `first: ${gate.title}`,
    why:
      gate.status === 'error'
        ? 'The lab did not answer before this was reached.'
        : `Fix "${gate.title}" first; this stands on it.`,
  };
}

function summary(id: string, criteria: CriterionResult[]): Result {
  const max = criteria.reduce((sum, one) => sum + one.max, 0);
  const reached = criteria.reduce((sum, one) => sum + one.points, 0);
  if (criteria.some(({ status }) => status === 'error')) {
    return { id, status: 'error', score: 0, max, criteria };
  }
  const status = reached === max ? 'pass' : reached === 0 ? 'fail' : 'partial';
  return { id, status, score: reached, max, criteria };
}

/** Grades an attempt against the lab as it is now. Never throws for a broken lab: that is status `error`. */
export async function grade(
  spec: ExerciseSpec,
  cluster: Cluster,
  attempt: Attempt,
  options: GradeOptions = {},
): Promise<Result> {
  const begin = (): Live => createLive(cluster, attempt, spec.parts);
  const run: Run = { live: begin(), begin };
  const results = new Map<string, CriterionResult>();
  let gate: CriterionResult | undefined;
  for (const criterion of inOrder(spec.criteria)) {
    if (gate) {
      results.set(criterion.id, notGraded(criterion, gate, attempt));
      continue;
    }
    options.onCriterion?.(renderKnown(criterion.title, attempt.vars));
    const seen = await lookUntil(criterion, run, options);
    const result = verdict(criterion, seen, attempt);
    results.set(criterion.id, result);
    // After an error nothing more is asked: a silent API server would cost its timeout each time.
    const closed = criterion.gate && result.status === 'fail' && !options.alone;
    if (closed || result.status === 'error') gate = result;
  }
  return summary(
    spec.id,
    spec.criteria.map(({ id }) => results.get(id) as CriterionResult),
  );
}
