import type { CommandContext } from '../context.ts';
import { json, say, table } from '../print.ts';
import { summaryRows } from './exercise-list.ts';

/** `lab exercise progress`: what is solved, how often it was checked, what helped. */
export async function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const rows = await summaryRows(context);
  if (context.json) return json(rows);
  const begun = rows.filter(({ state, checks }) => state !== 'new' || checks > 0);
  if (begun.length === 0) {
    say('Nothing started yet. Begin with: lab exercise list');
    return;
  }
  const cells = begun.map((row) => [
    row.id,
    row.state,
    row.score === undefined ? '-' : `${row.score}/${row.max}`,
    String(row.checks),
    String(row.hints),
    row.solutionSeen ? 'seen' : '',
  ]);
  say(table(['ID', 'STATE', 'BEST', 'CHECKS', 'HINTS', 'SOLUTION'], cells));
  const solved = rows.filter(({ state }) => state === 'solved').length;
  say();
  say(`${solved} of ${rows.length} solved`);
}
