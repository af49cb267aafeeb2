import { resetExercise } from '../../exercises/start.ts';
import { openEnvironment } from '../../lab/environment.ts';
import { withLock } from '../../lab/lock.ts';
import type { CommandContext } from '../context.ts';
import { withSession } from '../exercise-session.ts';
import { json, paint, say } from '../print.ts';

/** `lab exercise reset ID`: undoes its set-up and forgets the attempt; best score and history stay. */
export async function run(
  [id = '']: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const { spec } = await openEnvironment(await context.loadConfig());
  await withLock(spec.stateDir, `lab exercise reset ${id}`, () =>
    withSession(context, { running: true }, async ({ session, exercise }) => {
      const chosen = exercise(id);
      if (!context.json) say(paint('dim', `Undoing ${id} …`));
      const undone = await resetExercise(session, chosen);
      if (context.json) json({ id, undone });
      else if (undone) say(`${id} is as if it was never started. Again: lab exercise ${id}`);
      else say(`${id} was not started; nothing to undo.`);
    }),
  );
}
