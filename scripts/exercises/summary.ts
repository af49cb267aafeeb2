import type { Exercise } from './load.ts';
import type { ExerciseRecord } from './progress.ts';

export interface SummaryRow {
  id: string;
  track: string;
  title: string;
  kind: string;
  difficulty: string;
  minutes: number;
  state: 'new' | 'started' | 'solved';
  /** Best result so far. */
  score: number | undefined;
  max: number;
  checks: number;
  hints: number;
  solutionSeen: boolean;
}

/** One row per exercise: what it is and how far the learner is. */
export function summarize(
  exercises: readonly Exercise[],
  records: Readonly<Record<string, ExerciseRecord>>,
): SummaryRow[] {
  return exercises.map(({ spec }) => {
    const record = records[spec.id];
    const begun = record?.started !== undefined ? 'started' : 'new';
    return {
      id: spec.id,
      track: spec.track,
      title: spec.title,
      kind: spec.kind,
      difficulty: spec.difficulty,
      minutes: spec.target_minutes,
      state: record?.solved === undefined ? begun : 'solved',
      score: record?.best?.score,
      max: spec.criteria.reduce((sum, { points }) => sum + points, 0),
      checks: record?.checks ?? 0,
      hints: record?.hints ?? 0,
      solutionSeen: record?.solution !== undefined,
    };
  });
}
