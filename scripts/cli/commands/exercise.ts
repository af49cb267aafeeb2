import { usageError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import { loadExercises, type Exercise } from '../../exercises/load.ts';
import { startExercise } from '../../exercises/start.ts';
import { environmentSpec } from '../../lab/config.ts';
import { withLock } from '../../lab/lock.ts';
import type { CommandContext } from '../context.ts';
import { labsFolder, withSession } from '../exercise-session.ts';
import { sayMarkdown } from '../markdown.ts';
import { json, paint, say } from '../print.ts';

const verbs = ['list', 'answer', 'check', 'hint', 'solution', 'reset', 'next'];

/** All exercises. A mistyped verb arrives here as an ID, so both are suggested. */
async function loadWith(id: string): Promise<Exercise[]> {
  const all = await loadExercises(labsFolder);
  const known = all.map(({ spec }) => spec.id);
  if (known.includes(id)) return all;
  throw usageError('unknown-exercise', `There is no exercise "${id}"`, {
    why: suggest(id, [...known, ...verbs]),
    hint: 'lab exercise list',
  });
}

/** `lab exercise ID`: sets the exercise up, or resumes it, and shows the task. Without ID: the list. */
export async function run(
  [id]: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  if (id === undefined) return (await import('./exercise-list.ts')).run([], {}, context);
  const all = await loadWith(id);
  const breaking = all.filter(({ spec }) => spec.setup.breaks_others).map(({ spec }) => spec.id);
  const { stateDir } = environmentSpec(await context.loadConfig());
  await withLock(stateDir, `lab exercise ${id}`, () =>
    withSession(context, { id, lab: 'made' }, async ({ session, exercise }) => {
      const { title } = exercise.spec;
      const begun = (await session.progress.read(id)).started !== undefined;
      if (!context.json && !begun) say(paint('dim', `Setting up ${id}: ${title} …`));
      const started = await startExercise(session, exercise, breaking);
      if (context.json) return json({ id, title, ...started });
      say();
      say(paint('bold', `${id}  ${title}`));
      if (started.resumed) say(paint('dim', '(started before; its state is as you left it)'));
      say();
      await sayMarkdown(started.task);
      say();
      if (started.questions.length > 0) say(paint('bold', 'Questions'));
      for (const { id: part, prompt, how, answer } of started.questions) {
        say(`  ${part}: ${prompt}`);
        say(paint('dim', `      ${how}${answer === undefined ? '' : '   (answered)'}`));
      }
      if (started.questions.length > 0) {
        say();
        say(`Answer:  lab exercise answer ${id} ${started.questions[0]?.id}=…`);
      }
      say(`Grade:   lab exercise check ${id}`);
      say(`Stuck:   lab exercise hint ${id}`);
      if (started.others.length > 0) {
        const text = `Still set up here: ${started.others.join(', ')}. What one has broken, another may take for your mistake.`;
        say();
        say(paint('yellow', `${text} Done with it? lab exercise reset ${started.others[0]}`));
      }
    }),
  );
}
