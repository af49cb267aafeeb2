import { usageError } from '../../base/errors.ts';
import { showSolution } from '../../exercises/help.ts';
import type { CommandContext } from '../context.ts';
import { withSession } from '../exercise-session.ts';
import { sayMarkdown } from '../markdown.ts';
import { json, paint, say } from '../print.ts';

/** `lab exercise solution ID`: the reference solution and the debrief; asks first unless solved. */
export async function run(
  [id = '']: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  await withSession(context, { id, lab: 'any' }, async ({ session, exercise }) => {
    const record = await session.progress.read(id);
    const solved = record.solved !== undefined || record.solution !== undefined;
    if (!solved && process.stdin.isTTY && !context.yes && !context.json) {
      const { confirm } = await import('@clack/prompts');
      const answer = await confirm({
        message: 'Show the solution? It is noted in your progress; a hint may be enough.',
        initialValue: false,
      });
      if (answer !== true) {
        throw usageError('declined', 'Not shown', { hint: `lab exercise hint ${id}` });
      }
    }
    const { scripts, debrief } = await showSolution(session, exercise);
    if (context.json) return json({ id, scripts, debrief });
    for (const { on, name, text } of scripts) {
      say(paint('bold', `${name} (on ${on})`));
      say(text);
    }
    await sayMarkdown(debrief);
  });
}
