import type { Problem } from '../base/yaml-file.ts';
import { checksOf, inOrder } from './grade.ts';
import { parseJsonPath } from './json-path.ts';
import { textsIn, variablesIn } from './render.ts';
import type { ExerciseSpec } from './schema.ts';
import { clusterVariableNames, givenNames } from './vars.ts';

type Path = Problem['path'];

/** Names that stand in this value's texts although nothing gives them a value. */
function unknownNames(value: unknown, known: ReadonlySet<string>): string[] {
  return [...new Set(textsIn(value).flatMap(variablesIn))].filter((name) => !known.has(name));
}

/** Every map inside a value, with its path; the value itself first. */
function* maps(
  value: unknown,
  path: Path,
): Generator<{ map: Record<string, unknown>; path: Path }> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield { map: value as Record<string, unknown>, path };
  for (const [key, one] of Object.entries(value)) {
    yield* maps(one, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

/** Names that a check gives a value by itself: `let`, `bind`, and `row` in tables. */
function boundNames(check: unknown): string[] {
  return [...maps(check, [])].flatMap(({ map }) =>
    [map.let, map.bind].flatMap((names) =>
      typeof names === 'object' && names !== null ? Object.keys(names) : [],
    ),
  );
}

/** Keys whose text is a regular expression, and keys whose text is a JSONPath. */
const patternKeys = new Set(['match', 'matches', 'strip', 'contains', 'stdout', 'stderr', 'body']);

function syntaxProblem(
  key: string,
  value: unknown,
  map: Record<string, unknown>,
): string | undefined {
  if (typeof value !== 'string') return undefined;
  const isPattern = patternKeys.has(key) || (key === 'command' && map.kind === 'process');
  const isPath = key === 'path' && (map.from === 'object' || map.from === 'json' || 'is' in map);
  const sample = value.replaceAll(/\{\{[a-z0-9_]+\}\}/g, '1');
  try {
    if (isPattern) new RegExp(sample, 'm');
    if (isPath || key === 'distinct') parseJsonPath(sample);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function checkProblems(check: unknown, path: Path, known: ReadonlySet<string>): Problem[] {
  const names = new Set([...known, 'row', ...boundNames(check)]);
  const unknown = unknownNames(check, names).map((name) => ({
    path,
    message: `uses {{${name}}}, which nothing defines`,
  }));
  const syntax = [...maps(check, path)].flatMap(({ map, path: at }) =>
    Object.entries(map).flatMap(([key, value]) => {
      const message = syntaxProblem(key, value, map);
      return message === undefined ? [] : [{ path: [...at, key], message }];
    }),
  );
  return [...unknown, ...syntax];
}

function duplicates(ids: readonly string[], path: string, key: string): Problem[] {
  return ids.flatMap((id, i) =>
    ids.indexOf(id) === i ? [] : [{ path: [path, i, key], message: `"${id}" stands there twice` }],
  );
}

function criteriaProblems(spec: ExerciseSpec, known: ReadonlySet<string>): Problem[] {
  return spec.criteria.flatMap((criterion, i) => {
    const path = ['criteria', i];
    const checks = checksOf(criterion).flatMap((check, j): Problem[] => {
      const at = criterion.checks ? [...path, 'checks', j] : [...path, 'check'];
      const found = checkProblems(check, at, known);
      if (check.kind !== 'answer') return found;
      const isKnown = spec.parts.some(({ id }) => id === check.part);
      return isKnown
        ? found
        : [...found, { path: [...at, 'part'], message: 'is no part of this exercise' }];
    });
    const { title, why, expected } = criterion;
    const texts = unknownNames([title, why, expected], known).map((name) => ({
      path,
      message: `uses {{${name}}} in its texts, which nothing defines`,
    }));
    return [...checks, ...texts];
  });
}

function partProblems(spec: ExerciseSpec): Problem[] {
  const asked = new Set(
    spec.criteria.flatMap((one) => checksOf(one).map((c) => (c.kind === 'answer' ? c.part : ''))),
  );
  return spec.parts.flatMap(({ id }, i) =>
    asked.has(id)
      ? []
      : [{ path: ['parts', i, 'id'], message: 'is asked, but no criterion grades it' }],
  );
}

/** Names of rows, and words that have synonyms, are keys: nothing is put in place of a variable there. */
function keyProblems(spec: ExerciseSpec): Problem[] {
  const message = 'is a key, so {{…}} stays as it is: write the word itself';
  const rows = spec.parts.flatMap(({ rows: names }, i) =>
    (Array.isArray(names) ? names : []).flatMap((name, j) =>
      name.includes('{{') ? [{ path: ['parts', i, 'rows', j], message }] : [],
    ),
  );
  const words = spec.criteria.flatMap((criterion, i) =>
    checksOf(criterion)
      .flatMap((one) => (one.kind === 'answer' ? Object.keys(one.synonyms ?? {}) : []))
      .filter((word) => word.includes('{{'))
      .map(() => ({ path: ['criteria', i], message: `a word of synonyms ${message}` })),
  );
  return [...rows, ...words];
}

function hintProblems(spec: ExerciseSpec): Problem[] {
  return spec.hints.flatMap(({ tier }, i) => {
    const before = spec.hints[i - 1]?.tier ?? 0;
    if (tier >= before && tier <= before + 1) return [];
    return [
      { path: ['hints', i, 'tier'], message: `is ${tier} after ${before}: tiers go up one by one` },
    ];
  });
}

function wrongProblems(spec: ExerciseSpec): Problem[] {
  const max = spec.criteria.reduce((sum, { points }) => sum + points, 0);
  return spec.wrong.flatMap(({ score }, i) => {
    if (score < max) return [];
    return [{ path: ['wrong', i, 'score'], message: `must be below full marks (${max})` }];
  });
}

function gateProblems(spec: ExerciseSpec): Problem[] {
  const last = inOrder(spec.criteria).at(-1);
  const i = spec.criteria.findIndex((one) => one === last);
  if (!last?.gate) return [];
  return [
    {
      path: ['criteria', i, 'gate'],
      message: 'is the last criterion: there is nothing to hold back',
    },
  ];
}

function needsProblems({ needs }: ExerciseSpec): Problem[] {
  if ('sandbox' in needs) return [];
  const { state, cni } = needs;
  if (state === 'joined' && cni.some((name) => name !== 'none')) {
    return [{ path: ['needs', 'cni'], message: 'must be [none] for state joined: no pod network' }];
  }
  if (state === 'cluster' && cni.includes('none')) {
    return [
      { path: ['needs', 'cni'], message: 'none cannot be with state cluster: no node is Ready' },
    ];
  }
  return [];
}

/** What is wrong with the meaning of an exercise.yaml whose form is right. */
export function meaningProblems(spec: ExerciseSpec): Problem[] {
  const { vars, needs, parts, criteria, hints, wrong } = spec;
  const known = new Set([...givenNames(needs), ...Object.keys(vars)]);
  const texts: [string, unknown][] = [
    ['parts', parts],
    ['hints', hints],
    ['vars', vars],
  ];
  return [
    ...texts.flatMap(([path, value]) =>
      unknownNames(value, known).map((name) => ({
        path: [path],
        message: `uses {{${name}}}, which nothing defines`,
      })),
    ),
    ...Object.keys(vars)
      .filter((name) => clusterVariableNames(9).includes(name))
      .map((name) => ({
        path: ['vars', name],
        message: 'is a name that every exercise has already',
      })),
    ...duplicates(
      parts.map(({ id }) => id),
      'parts',
      'id',
    ),
    ...duplicates(
      criteria.map(({ id }) => id),
      'criteria',
      'id',
    ),
    ...duplicates(
      wrong.map(({ name }) => name),
      'wrong',
      'name',
    ),
    ...criteriaProblems(spec, known),
    ...partProblems(spec),
    ...keyProblems(spec),
    ...hintProblems(spec),
    ...wrongProblems(spec),
    ...gateProblems(spec),
    ...needsProblems(spec),
  ];
}
