import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../base/paths.ts';
import { parseYaml } from '../base/yaml-file.ts';
import { shownPath, type Exercise } from './load.ts';

const row = z.strictObject({
  id: z.string().regex(/^S[0-9]-[CPQ][0-9]+$/),
  title: z.string().min(1),
  exercises: z.array(z.string()).default([]).describe('those that are to cover it, written or not'),
  toolkit: z.array(z.string().startsWith('lab ')).default([]).describe('commands that cover it'),
  docs: z.array(z.string()).default([]).describe('files of this project that cover it'),
});

const file = z.strictObject({
  texts: z.array(z.strictObject({ id: z.string(), title: z.string(), rows: z.array(row).min(1) })),
});

/** A text that the course covers, row by row. */
export type SourceText = z.infer<typeof file>['texts'][number];
export type SourceRow = SourceText['rows'][number];

const name = 'sources.yaml';

/** The rows of the texts that the course covers; none where a folder of exercises has no such file. */
export async function loadSources(root: string): Promise<SourceText[]> {
  const path = join(root, name);
  if (!existsSync(path)) return [];
  return parseYaml(shownPath(path), await readFile(path, 'utf8'), file).texts;
}

/** Where a row is covered. */
export interface Homes {
  /** Exercises that name it. */
  exercises: string[];
  /** Exercises that are to cover it and are not written yet. */
  planned: string[];
}

export function homesOf(source: SourceRow, exercises: readonly Exercise[]): Homes {
  const known = new Set(exercises.map(({ spec }) => spec.id));
  const naming = exercises.filter(({ spec }) => spec.sources.includes(source.id));
  return {
    exercises: naming.map(({ spec }) => spec.id),
    planned: source.exercises.filter((id) => !known.has(id)),
  };
}

/** Rows without a home, and homes that do not know of it. */
export function coverageProblems(
  texts: readonly SourceText[],
  exercises: readonly Exercise[],
): string[] {
  return texts
    .flatMap(({ rows }) => rows)
    .flatMap((source) => {
      const { exercises: naming, planned } = homesOf(source, exercises);
      const silent = source.exercises.filter((id) => !planned.includes(id) && !naming.includes(id));
      const missing = source.docs.filter((path) => !existsSync(join(projectRoot, path)));
      const homes = [...naming, ...planned, ...source.toolkit, ...source.docs];
      return [
        ...silent.map((id) => `${source.id} is to be covered by ${id}, which does not name it`),
        ...missing.map((path) => `${source.id} is to be covered by ${path}, which is not there`),
        ...(homes.length === 0 ? [`${source.id} (${source.title}) has no home`] : []),
      ].map((text) => `${name}: ${text}`);
    });
}
