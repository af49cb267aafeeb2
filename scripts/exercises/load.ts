import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { LabError, usageError } from '../base/errors.ts';
import { readIfExists } from '../base/files.ts';
import { suggest } from '../base/suggest.ts';
import { parseYaml } from '../base/yaml-file.ts';
import { meaningProblems } from './meaning.ts';
import { exerciseSchema, type ExerciseSpec, type ScriptRef } from './schema.ts';

/** An exercise with its files. Scripts are read when they are run. */
export interface Exercise {
  spec: ExerciseSpec;
  /** Absolute path of its folder. */
  folder: string;
  /** Text of task.md, with {{variables}}. */
  task: string;
  /** Text of the debrief, with {{variables}}. */
  debrief: string;
}

export const specFile = 'exercise.yaml';

/** Folders `<track>/<id>` below the root that hold an exercise.yaml, sorted. */
export async function exerciseFolders(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const track of await readdir(root, { withFileTypes: true })) {
    if (!track.isDirectory()) continue;
    for (const one of await readdir(join(root, track.name), { withFileTypes: true })) {
      const folder = join(root, track.name, one.name);
      if (one.isDirectory() && (await readdir(folder)).includes(specFile)) found.push(folder);
    }
  }
  return found.sort();
}

/** Where the path is shown in messages: below the current folder if it is there. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}

/** @throws LabError `bad-yaml` that lists every problem as file:line:column. */
export async function loadExercise(folder: string): Promise<Exercise> {
  const path = join(folder, specFile);
  const text = await readFile(path, 'utf8');
  const spec = parseYaml(shownPath(path), text, exerciseSchema, meaningProblems);
  const task = (await readIfExists(join(folder, 'task.md'))) ?? '';
  const debrief = (await readIfExists(join(folder, spec.debrief))) ?? '';
  return { spec, folder, task, debrief };
}

/**
 * Every exercise below the root, in the order of tracks and ids.
 * @throws LabError `bad-exercises` with the problems of all files.
 */
export async function loadExercises(root: string): Promise<Exercise[]> {
  const folders = await exerciseFolders(root);
  const tried = await Promise.allSettled(folders.map(loadExercise));
  const problems = tried.flatMap((one) => {
    if (one.status === 'fulfilled') return [];
    if (one.reason instanceof LabError) return [one.reason.details ?? one.reason.message];
    throw one.reason;
  });
  if (problems.length > 0) {
    throw usageError('bad-exercises', 'Some exercises cannot be read', {
      details: problems.join('\n'),
      hint: 'lab labs validate',
    });
  }
  return tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** @throws LabError `unknown-exercise` with a suggestion. */
export function findExercise(exercises: readonly Exercise[], id: string): Exercise {
  const found = exercises.find(({ spec }) => spec.id === id);
  if (found) return found;
  const known = exercises.map(({ spec }) => spec.id);
  throw usageError('unknown-exercise', `There is no exercise "${id}"`, {
    why: suggest(id, known),
    hint: 'lab exercise list',
  });
}

/** The scripts of a wrong answer. */
export function wrongScripts(wrong: ExerciseSpec['wrong'][number]): ScriptRef[] {
  return wrong.scripts ?? [{ on: 'control-plane', script: `${wrong.name}.sh` }];
}
