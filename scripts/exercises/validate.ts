import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../base/errors.ts';
import { exerciseFolders, loadExercise, shownPath, wrongScripts, type Exercise } from './load.ts';
import { variablesIn } from './render.ts';
import type { ScriptRef } from './schema.ts';
import { clusterVariableNames, givenNames } from './vars.ts';

/** Problems of one exercise as `file:line:column: text` or `file: text`. */
export interface Validation {
  id: string;
  problems: string[];
}

interface Files {
  [name: string]: string;
}

async function readFiles(folder: string): Promise<Files> {
  const own = (await readdir(folder, { withFileTypes: true })).filter((one) => one.isFile());
  const wrong = await readdir(join(folder, 'wrong')).catch(() => []);
  const names = [...own.map(({ name }) => name), ...wrong.map((name) => `wrong/${name}`)];
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
  return Object.fromEntries(texts);
}

/** The files that the exercise names, with the reason. */
function wantedScripts({ spec }: Exercise): string[] {
  const own = (scripts: readonly ScriptRef[]): string[] => scripts.map(({ script }) => script);
  const wrong = spec.wrong.flatMap((one) => own(wrongScripts(one)).map((name) => `wrong/${name}`));
  return [...own(spec.setup.scripts), ...own(spec.solution.scripts), ...wrong];
}

function fileProblems(exercise: Exercise, files: Files): string[] {
  const wanted = new Set(wantedScripts(exercise));
  const texts = ['task.md', exercise.spec.debrief];
  const missing = [...wanted, ...texts]
    .filter((name) => (files[name] ?? '').trim() === '')
    .map((name) => `${name}: is missing or empty`);
  const stray = Object.keys(files)
    .filter((name) => name.endsWith('.sh') && !wanted.has(name))
    .map((name) => `${name}: exercise.yaml does not mention it`);
  return [...missing, ...stray];
}

/** Parts that a script answers: in quotes, or behind the slash of a sed command; remarks do not count. */
function answered(text: string): string[] {
  return [...text.matchAll(/["'/]answer ([a-z0-9][a-z0-9-]*)\b/g)].map((found) => found[1] ?? '');
}

function scriptProblems({ spec }: Exercise, files: Files): string[] {
  const text = (scripts: readonly ScriptRef[]): string =>
    scripts.map(({ script }) => files[script] ?? '').join('\n');
  const problems: string[] = [];
  const setup = text(spec.setup.scripts);
  for (const word of ['apply', 'undo']) {
    if (!new RegExp(`\\b${word}\\b`).test(setup)) {
      problems.push(`setup.sh: does nothing for "${word}"; name it, even if nothing is to be done`);
    }
  }
  const given = answered(text(spec.solution.scripts));
  for (const { id } of spec.parts.filter((part) => !given.includes(part.id))) {
    problems.push(`solution.sh: never prints "answer ${id} …"`);
  }
  for (const [name, script] of Object.entries(files)) {
    if (!name.endsWith('.sh')) continue;
    const unknown = answered(script).filter((id) => !spec.parts.some((part) => part.id === id));
    problems.push(...unknown.map((id) => `${name}: answers "${id}", which is no part`));
    const names = new Set([...Object.keys(spec.vars), ...clusterVariableNames(9)]);
    for (const [, found = ''] of script.matchAll(/\bLAB_([A-Z0-9_]+)\b/g)) {
      if (!names.has(found.toLowerCase()))
        problems.push(`${name}: uses LAB_${found}, which nothing sets`);
    }
    if (!script.startsWith('#!')) problems.push(`${name}: begins with no #! line`);
  }
  return problems;
}

/** Whether a script reads the variable: what it prepares may depend on it, and the answer is read there. */
function inScripts(files: Files, name: string): boolean {
  const word = new RegExp(String.raw`\bLAB_${name.toUpperCase()}\b`);
  return Object.entries(files).some(([file, text]) => file.endsWith('.sh') && word.test(text));
}

function textProblems(exercise: Exercise, files: Files): string[] {
  const { spec, task, debrief } = exercise;
  const own = Object.keys(spec.vars);
  const known = new Set([...givenNames(spec.needs), ...own]);
  const inTexts = [
    ['task.md', task],
    [spec.debrief, debrief],
  ] as const;
  const problems = inTexts.flatMap(([name, text]) =>
    variablesIn(text)
      .filter((one) => !known.has(one))
      .map((one) => `${name}: uses {{${one}}}, which nothing defines`),
  );
  const heading = /^#\s/m.test(task)
    ? ['task.md: has a heading; the title comes from exercise.yaml']
    : [];
  const fixed = spec.vars;
  const silent = own.filter((name) => {
    const uses = JSON.stringify([spec.parts, spec.criteria, spec.hints, fixed]) + task + debrief;
    return !uses.includes(`{{${name}}}`) && !inScripts(files, name);
  });
  const unused = silent.map(
    (name) => `exercise.yaml: vars.${name} is used in no text, no check and no script`,
  );
  return [...problems, ...heading, ...unused];
}

/** Where an exercise asks for something, the task must name it: no guessing of names that are graded. */
function namingProblems({ spec, task }: Exercise): string[] {
  const shown = JSON.stringify(spec.parts) + task;
  // Also as a part of another variable, as in `url: { value: '{{scheme}}://{{host}}' }`.
  const told = (name: string): boolean =>
    shown.includes(`{{${name}}}`) ||
    Object.entries(spec.vars).some(
      ([other, variable]) =>
        'value' in variable && String(variable.value).includes(`{{${name}}}`) && told(other),
    );
  const names = Object.keys(spec.vars).filter((name) => {
    const graded = JSON.stringify(spec.criteria).includes(`{{${name}}}`);
    return graded && !told(name);
  });
  return names.map((name) => `task.md: {{${name}}} is graded, but the learner is not told of it`);
}

async function validateOne(folder: string, knownSources: ReadonlySet<string>): Promise<Validation> {
  const id = basename(folder);
  let exercise: Exercise;
  try {
    exercise = await loadExercise(folder);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { id, problems: (error.details ?? error.message).split('\n') };
  }
  const { spec } = exercise;
  const files = await readFiles(folder);
  const problems = [
    ...fileProblems(exercise, files),
    ...scriptProblems(exercise, files),
    ...textProblems(exercise, files),
    ...namingProblems(exercise),
  ];
  if (spec.id !== id) problems.push(`exercise.yaml: id is ${spec.id}, the folder is ${id}`);
  const track = basename(dirname(folder));
  if (spec.track !== track)
    problems.push(`exercise.yaml: track is ${spec.track}, the folder is ${track}`);
  if (!spec.id.startsWith(`${spec.track}-`)) {
    problems.push(`exercise.yaml: id ${spec.id} does not begin with its track ${spec.track}`);
  }
  if (knownSources.size > 0) {
    // A row, or a section of a text, as in S0.4.
    const isKnown = (row: string): boolean => knownSources.has(row.replace(/\.\d+$/, ''));
    const unknown = spec.sources.filter((row) => row !== 'ext' && !isKnown(row));
    problems.push(
      ...unknown.map((row) => `exercise.yaml: source ${row} is no row of the course text`),
    );
  }
  // Empty in the folder itself.
  const shown = shownPath(folder);
  const prefix = shown === '' ? '' : `${shown}/`;
  return { id, problems: [...new Set(problems)].map((text) => prefix + text) };
}

export interface ValidateOptions {
  /** Only these ids; default all. */
  ids?: readonly string[];
  /** Rows of the course text that `sources` may name; empty: any of the right form. */
  sources?: readonly string[];
}

/** Checks every file of the exercises below the root, without a cluster. */
export async function validateExercises(
  root: string,
  options: ValidateOptions = {},
): Promise<Validation[]> {
  const folders = await exerciseFolders(root);
  const wanted = folders.filter(
    (one) => !options.ids?.length || options.ids.includes(basename(one)),
  );
  const known = new Set(options.sources ?? []);
  return Promise.all(wanted.map((folder) => validateOne(folder, known)));
}
