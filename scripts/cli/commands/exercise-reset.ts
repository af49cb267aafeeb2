import { resetExercise } from '../../exercises/start.ts';
import { exercisesSetUp } from '../../exercises/restored.ts';
import type { Change } from '../../lab/diff/compare.ts';
import { diffSince } from '../../lab/diff/since.ts';
import type { Environment } from '../../lab/environment.ts';
import { findClean } from '../../lab/snapshot/store.ts';
import { changesText } from '../changes-text.ts';
import type { CommandContext } from '../context.ts';
import { withSession } from '../exercise-session.ts';
import { progressOf } from '../lab-progress.ts';
import { json, paint, say } from '../print.ts';
import { withEnvironment } from '../run-steps.ts';

/** What still differs from the clean lab; undefined where that cannot be told, as while others are set up. */
async function leftBehind(
  environment: Environment,
  context: CommandContext,
): Promise<Change[] | undefined> {
  const { spec, config } = environment;
  if (Object.keys(await exercisesSetUp(progressOf(spec))).length > 0) return undefined;
  const clean = await findClean(spec, config.cni.name);
  return clean && diffSince(environment, clean, context.signal);
}

/** `lab exercise reset ID`: undoes its set-up and forgets the attempt; best score and history stay. */
export async function run(
  [id = '']: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const config = await context.loadConfig();
  await withEnvironment(config, `lab exercise reset ${id}`, (environment) =>
    withSession(context, { id, lab: 'made' }, async ({ session, exercise }) => {
      if (!context.json) say(paint('dim', `Undoing ${id} …`));
      const undone = await resetExercise(session, exercise);
      const bare = 'sandbox' in exercise.spec.needs;
      const left = undone && !bare ? await leftBehind(environment, context) : undefined;
      if (context.json) return json({ id, undone, ...(left ? { left } : {}) });
      if (!undone) return say(`${id} was not started; nothing to undo.`);
      say(`The set-up of ${id} is undone. Again: lab exercise ${id}`);
      if (!left || left.length === 0) return;
      say();
      say(
        paint(
          'yellow',
          'This still differs from the clean lab; lab exercise reset leaves it alone:',
        ),
      );
      say(changesText(left));
    }),
  );
}
