import { nextHint } from '../../exercises/help.ts';
import type { CommandContext } from '../context.ts';
import { withSession } from '../exercise-session.ts';
import { sayMarkdown } from '../markdown.ts';
import { json, paint, say } from '../print.ts';

/** `lab exercise hint ID`: each call shows one more. */
export async function run(
  [id = '']: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  await withSession(context, { id, lab: 'any' }, async ({ session, exercise }) => {
    const hint = await nextHint(session, exercise);
    if (context.json) return json({ id, ...hint });
    say(paint('dim', `Hint ${hint.number} of ${hint.of}`));
    await sayMarkdown(hint.text);
    if (hint.number === hint.of)
      say(paint('dim', `That was the last. All of it: lab exercise solution ${id}`));
  });
}
