import { join } from 'node:path';
import { usageError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import { loadExercises } from '../exercises/load.ts';
import { openProgress } from '../exercises/progress.ts';
import { summarize, type SummaryRow } from '../exercises/summary.ts';
import { loadTracks, type Track } from '../exercises/tracks.ts';
import { environmentSpec } from '../lab/config.ts';
import type { CommandContext } from './context.ts';
import { labsFolder } from './exercise-session.ts';

/** The course, and how far the learner is in it. */
export interface Overview {
  /** Those that have exercises, in the order of the course. */
  tracks: Track[];
  rows: SummaryRow[];
}

/** Needs no running lab. */
export async function readOverview(context: CommandContext): Promise<Overview> {
  const [exercises, all] = await Promise.all([loadExercises(labsFolder), loadTracks(labsFolder)]);
  const { stateDir } = environmentSpec(await context.loadConfig());
  const records = await openProgress(join(stateDir, 'progress')).all();
  const rows = summarize(exercises, all, records);
  return { rows, tracks: all.filter(({ id }) => rows.some(({ track }) => track === id)) };
}

/** The exercises of a track, or all. @throws LabError `unknown-track` with a suggestion. */
export function inTrack({ rows, tracks }: Overview, track: string | undefined): SummaryRow[] {
  const ids = tracks.map(({ id }) => id);
  if (track === undefined) return rows;
  if (ids.includes(track)) return rows.filter((row) => row.track === track);
  throw usageError('unknown-track', `There is no track "${track}"`, { why: suggest(track, ids) });
}
