import { join } from 'node:path';
import { usageError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import { loadExercises } from '../../exercises/load.ts';
import { openProgress } from '../../exercises/progress.ts';
import { summarize, type SummaryRow } from '../../exercises/summary.ts';
import { environmentSpec } from '../../lab/config.ts';
import type { CommandContext } from '../context.ts';
import { labsFolder } from '../exercise-session.ts';
import { json, paint, say, table } from '../print.ts';

/** Every exercise with the learner's state; needs no running lab. */
export async function summaryRows(context: CommandContext): Promise<SummaryRow[]> {
  const exercises = await loadExercises(labsFolder);
  const { stateDir } = environmentSpec(await context.loadConfig());
  return summarize(exercises, await openProgress(join(stateDir, 'progress')).all());
}

const colours = { new: 'dim', started: 'yellow', solved: 'green' } as const;

/** `lab exercise list`. */
export async function run(
  _args: readonly string[],
  options: { track?: string },
  context: CommandContext,
): Promise<void> {
  const all = await summaryRows(context);
  const tracks = [...new Set(all.map(({ track }) => track))];
  const { track } = options;
  if (track !== undefined && !tracks.includes(track)) {
    throw usageError('unknown-track', `There is no track "${track}"`, {
      why: suggest(track, tracks),
    });
  }
  const rows = all.filter((row) => track === undefined || row.track === track);
  if (context.json) return json(rows);
  const cells = rows.map((row) => [
    row.id,
    row.title,
    row.kind,
    `${row.minutes} min`,
    paint(colours[row.state], row.state),
    row.score === undefined ? '' : `${row.score}/${row.max}`,
  ]);
  say(table(['ID', 'TITLE', 'KIND', 'TIME', 'STATE', 'BEST'], cells));
  say();
  say('Start one with: lab exercise ID');
}
