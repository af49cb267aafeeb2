import type { SummaryRow } from './summary.ts';
import type { Track } from './tracks.ts';

/** What to do next, and why this. */
export interface Next {
  row: SummaryRow;
  why: 'begun' | 'goes on' | 'first';
  /** Tracks that it builds on and in which something is open. */
  open: string[];
}

/**
 * One that was begun; else the next of the track that the learner is in; else the first of the first track in which something
 * is open. Undefined when all is solved.
 * @param rows In the order of the course.
 */
export function nextExercise(
  rows: readonly SummaryRow[],
  tracks: readonly Track[],
): Next | undefined {
  const left = rows.filter(({ state }) => state !== 'solved');
  const openIn = (id: string): boolean => left.some((row) => row.track === id);
  const openBefore = (row: SummaryRow): string[] =>
    (tracks.find(({ id }) => id === row.track)?.after ?? []).filter(openIn);
  const found = (row: SummaryRow | undefined, why: Next['why']): Next | undefined =>
    row && { row, why, open: openBefore(row) };
  const inside = tracks.find(
    ({ id }) => openIn(id) && rows.some(({ track, state }) => track === id && state === 'solved'),
  );
  return (
    found(
      left.find(({ state }) => state === 'started'),
      'begun',
    ) ??
    found(
      left.find(({ track }) => track === inside?.id),
      'goes on',
    ) ??
    found(left[0], 'first')
  );
}
