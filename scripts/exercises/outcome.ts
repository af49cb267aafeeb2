/** What one check found. */
export interface Outcome {
  pass: boolean;
  /** What is there; for answers what the learner gave. */
  actual: string;
  /** What should be there. Never the right answer itself. */
  expected: string;
  /** In place of the criterion's own reason, where that would tell too much, or is not the reason. */
  why?: string;
}

export type CheckStatus = 'pass' | 'fail' | 'error';

export interface CriterionResult {
  id: string;
  title: string;
  status: CheckStatus;
  /** Points reached. */
  points: number;
  max: number;
  actual: string;
  expected: string;
  why: string;
}

/** The graded exercise: what `check --json` prints and the log keeps. With status `error`, score is 0 and means nothing. */
export interface Result {
  id: string;
  status: 'pass' | 'partial' | 'fail' | 'error';
  score: number;
  max: number;
  criteria: CriterionResult[];
}

/** The first few of many, each once, for one line of text. */
export function some(all: readonly string[], most = 5): string {
  const items = [...new Set(all)];
  const rest = items.length - most;
  return items.slice(0, most).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}
