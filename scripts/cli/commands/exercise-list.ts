import type { CommandContext } from '../context.ts';
import { inTrack, readOverview } from '../overview.ts';
import { json, paint, say, table } from '../print.ts';

const colours = { new: 'dim', started: 'yellow', solved: 'green' } as const;

/** `lab exercise list`. */
export async function run(
  _args: readonly string[],
  options: { track?: string },
  context: CommandContext,
): Promise<void> {
  const rows = inTrack(await readOverview(context), options.track);
  if (context.json) return json(rows);
  const cells = rows.map((row) => [
    row.id,
    row.title,
    row.kind,
    row.needs,
    `${row.minutes} min`,
    paint(colours[row.state], row.state),
    row.score === undefined ? '' : `${row.score}/${row.max}`,
  ]);
  say(table(['ID', 'TITLE', 'KIND', 'NEEDS', 'TIME', 'STATE', 'BEST'], cells));
  say();
  say('Start one with: lab exercise ID. What is next: lab exercise next');
}
