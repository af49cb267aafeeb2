import type { Exercise } from './load.ts';
import type { ExerciseRecord } from './progress.ts';
import type { Needs } from './schema.ts';
import type { Track } from './tracks.ts';

export interface SummaryRow {
  id: string;
  track: string;
  title: string;
  kind: string;
  difficulty: string;
  minutes: number;
  /** What has to be there before it can be started. */
  needs: string;
  state: 'new' | 'started' | 'solved';
  /** Best result so far. */
  score: number | undefined;
  max: number;
  checks: number;
  hints: number;
  solutionSeen: boolean;
}

/** In one word or two: a lab with these pod networks, without one, or nothing but a sandbox. */
export function needsInWords(needs: Needs): string {
  if ('sandbox' in needs) return `sandbox ${needs.sandbox}`;
  return needs.state === 'joined' ? 'no pod network' : needs.cni.join(' or ');
}

/** One row per exercise, in the order of the course: what it is and how far the learner is. */
export function summarize(
  exercises: readonly Exercise[],
  tracks: readonly Track[],
  records: Readonly<Record<string, ExerciseRecord>>,
): SummaryRow[] {
  const place = (id: string): number => tracks.findIndex((track) => track.id === id);
  const sorted = [...exercises].sort((a, b) => place(a.spec.track) - place(b.spec.track));
  return sorted.map(({ spec }) => {
    const record = records[spec.id];
    const begun = record?.started !== undefined ? 'started' : 'new';
    return {
      id: spec.id,
      track: spec.track,
      title: spec.title,
      kind: spec.kind,
      difficulty: spec.difficulty,
      minutes: spec.target_minutes,
      needs: needsInWords(spec.needs),
      state: record?.solved === undefined ? begun : 'solved',
      score: record?.best?.score,
      max: spec.criteria.reduce((sum, { points }) => sum + points, 0),
      checks: record?.checks ?? 0,
      hints: record?.hints ?? 0,
      solutionSeen: record?.solution !== undefined,
    };
  });
}
