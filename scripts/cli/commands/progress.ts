import type { SummaryRow } from '../../exercises/summary.ts';
import type { Track } from '../../exercises/tracks.ts';
import type { CommandContext } from '../context.ts';
import { inTrack, readOverview } from '../overview.ts';
import { json, paint, say, table } from '../print.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

const begun = ({ state, checks }: SummaryRow): boolean => state !== 'new' || checks > 0;

function trackCells({ id, title }: Track, rows: readonly SummaryRow[]): string[] {
  const solved = rows.filter(({ state }) => state === 'solved');
  const left = rows.filter(({ state }) => state !== 'solved');
  const colour = left.length === 0 ? 'green' : rows.some(begun) ? 'yellow' : 'dim';
  return [
    id,
    title,
    paint(colour, `${solved.length} of ${rows.length}`),
    `${sum(rows.map(({ score = 0 }) => score))}/${sum(rows.map(({ max }) => max))}`,
    left.length === 0 ? '' : `${sum(left.map(({ minutes }) => minutes))} min`,
  ];
}

function exerciseCells(row: SummaryRow): string[] {
  return [
    `  ${row.id}`,
    row.title,
    row.state,
    row.score === undefined ? '-' : `${row.score}/${row.max}`,
    String(row.checks),
    String(row.hints),
    row.solutionSeen ? 'seen' : '',
  ];
}

/** `lab progress`: a table of the tracks, and for each that was begun one of its exercises. */
export async function run(
  _args: readonly string[],
  options: { track?: string },
  context: CommandContext,
): Promise<void> {
  const overview = await readOverview(context);
  const rows = inTrack(overview, options.track);
  if (context.json) return json(rows);
  const tracks = overview.tracks.map((track) => {
    return { track, own: rows.filter((row) => row.track === track.id) };
  });
  const shown = tracks.filter(({ own }) => own.length > 0);
  const head = ['TRACK', 'TITLE', 'SOLVED', 'POINTS', 'LEFT'];
  say(
    table(
      head,
      shown.map(({ track, own }) => trackCells(track, own)),
    ),
  );
  for (const { track, own } of shown) {
    const open = options.track === undefined ? own.filter(begun) : own;
    if (open.length === 0) continue;
    say();
    say(paint('bold', `${track.id}  ${track.title}`));
    const columns = ['  ID', 'TITLE', 'STATE', 'BEST', 'CHECKS', 'HINTS', 'SOLUTION'];
    say(table(columns, open.map(exerciseCells)));
  }
  const solved = rows.filter(({ state }) => state === 'solved').length;
  say();
  say(`${solved} of ${rows.length} solved. What is next: lab exercise next`);
}
