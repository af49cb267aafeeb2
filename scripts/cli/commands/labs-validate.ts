import { usageError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import { courseProblems, loadCourse } from '../../exercises/course.ts';
import { loadSources } from '../../exercises/sources.ts';
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
  const texts = await loadSources(labsFolder);
  const sources = texts.flatMap(({ id, rows }) => [id, ...rows.map((row) => row.id)]);
  const found = await validateExercises(labsFolder, { ids, sources });
  const problems = found.flatMap((one) => one.problems);
  // The course as a whole can be judged once each exercise can be read.
  if (ids.length === 0 && problems.length === 0) {
    problems.push(...courseProblems(await loadCourse(labsFolder)));
  }
  if (context.json) json({ exercises: found, problems });
  else {
    for (const problem of problems) say(problem);
    say(`${found.length} exercises, ${problems.length} problems`);
  }
  return problems.length === 0 ? 0 : 1;
}
