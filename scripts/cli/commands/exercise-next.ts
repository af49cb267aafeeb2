import { nextExercise, type Next } from '../../exercises/next.ts';
import type { CommandContext } from '../context.ts';
import { inTrack, readOverview } from '../overview.ts';
import { json, paint, say } from '../print.ts';

const reasons: Record<Next['why'], string> = {
  begun: 'You have begun it.',
  'goes on': 'It is the next of a track that you are in.',
  first: 'It is the first that is open.',
};

/** `lab exercise next`: what to do next, and why. */
export async function run(
  _args: readonly string[],
  options: { track?: string },
  context: CommandContext,
): Promise<void> {
  const overview = await readOverview(context);
  const next = nextExercise(inTrack(overview, options.track), overview.tracks);
  if (context.json) {
    return json(next ? { ...next.row, why: next.why, open: next.open } : null);
  }
  if (!next) return say('Everything is solved. What you have done: lab progress');
  const { row, why, open } = next;
  const title = overview.tracks.find(({ id }) => id === row.track)?.title ?? row.track;
  say(paint('bold', `${row.id}  ${row.title}`));
  say(
    `  track ${row.track} (${title}), ${row.kind}, ${row.difficulty}, about ${row.minutes} minutes, needs: ${row.needs}`,
  );
  say(`  ${reasons[why]}`);
  if (open.length > 0) {
    say(
      paint(
        'yellow',
        `  It builds on ${open.join(', ')}, where something is open: lab exercise next --track ${open[0]}`,
      ),
    );
  }
  say();
  say(`Start it: lab exercise ${row.id}`);
}
