import { usageError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import { validateExercises } from '../../exercises/validate.ts';
import { basename } from 'node:path';
import { exerciseFolders } from '../../exercises/load.ts';
import type { CommandContext } from '../context.ts';
import { labsFolder } from '../exercise-session.ts';
import { json, say } from '../print.ts';

/** @throws LabError for ids that no folder has. */
export async function refuseUnknownIds(ids: readonly string[]): Promise<void> {
  const known = (await exerciseFolders(labsFolder)).map((folder) => basename(folder));
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown === undefined) return;
  throw usageError('unknown-exercise', `There is no exercise "${unknown}"`, {
    why: suggest(unknown, known),
    hint: 'lab exercise list',
  });
}

/** `lab labs validate`: every problem of every exercise, without a cluster. */
export async function run(
  ids: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<number> {
  await refuseUnknownIds(ids);
  const found = await validateExercises(labsFolder, { ids });
  const problems = found.flatMap((one) => one.problems);
  if (context.json) json({ exercises: found });
  else {
    for (const problem of problems) say(problem);
    say(`${found.length} exercises, ${problems.length} problems`);
  }
  return problems.length === 0 ? 0 : 1;
}
