import type { z } from 'zod';
import { suggest } from './suggest.ts';

/** Something wrong with a value: where in the document (keys and list positions), and what. */
export interface Problem {
  path: readonly (string | number)[];
  message: string;
  /** Point at the key itself instead of at its value. */
  atKey?: boolean;
}

/** A path as people write it, as in `workers[0].name`. */
export function pathText(path: Problem['path']): string {
  const words = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  return words.replace(/^\./, '');
}

type Schema = z.core.$ZodTypes;
type Path = readonly PropertyKey[];

const nouns: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function noun(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? `the text "${value}"` : JSON.stringify(value);
}

/** The schemas behind `optional`, `default` and the like; several for a union. */
function unwrap(schema: Schema): Schema[] {
  const { def } = schema._zod;
  if ('innerType' in def) return unwrap(def.innerType as Schema);
  if (def.type === 'union') return def.options.flatMap((option) => unwrap(option as Schema));
  if (def.type === 'pipe') return unwrap(def.in as Schema);
  if (def.type === 'lazy') return unwrap(def.getter() as Schema);
  return [schema];
}

function child(schema: Schema, key: PropertyKey): Schema[] {
  const { def } = schema._zod;
  if (def.type === 'object') {
    const found = def.shape[String(key)];
    return found ? unwrap(found as Schema) : [];
  }
  if (def.type === 'array') return unwrap(def.element as Schema);
  if (def.type === 'record') return unwrap(def.valueType as Schema);
  return [];
}

/** Every key that the schema knows at this place. */
function knownKeys(root: Schema, path: Path): string[] {
  let here = unwrap(root);
  for (const key of path) here = here.flatMap((schema) => child(schema, key));
  const keys = here.flatMap(({ _zod: { def } }) =>
    def.type === 'object' ? Object.keys(def.shape) : [],
  );
  return [...new Set(keys)];
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
}

function wrongType(expected: string, value: unknown): string {
  const wanted = nouns[expected] ?? expected;
  if (value === undefined) return `is missing: ${wanted} is needed`;
  if (value === null) return `is empty: give ${wanted}, or remove the line`;
  return `must be ${wanted}, not ${noun(value)}`;
}

function bound(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const size =
    issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
  if (issue.origin === 'array') return `must have ${size} entries`;
  if (issue.origin === 'string') return `must have ${size} characters`;
  return `must be ${size}`;
}

/** Of a failed union, the problems of the form that fits best: the one whose errors lie deepest. */
function bestOption(issue: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] {
  const depth = (issues: readonly z.core.$ZodIssue[]): number =>
    Math.max(0, ...issues.map(({ path, code }) => path.length + (code === 'invalid_type' ? 0 : 1)));
  return [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
}

interface Origin {
  schema: Schema;
  /** The whole document, to say what was found. */
  value: unknown;
}

function choice(value: unknown, values: readonly unknown[]): string {
  const known = values.map(String);
  if (value === undefined) return `is missing: one of ${known.join(', ')} is needed`;
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  return `cannot be ${noun(value)}. ${suggest(written, known)}`;
}

function describe(issue: z.core.$ZodIssue, parent: Path, from: Origin): Problem[] {
  const path = [...parent, ...issue.path] as (string | number)[];
  const value = valueAt(from.value, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        atKey: true,
        message: `is not known here. ${suggest(key, knownKeys(from.schema, path))}`,
      }));
    case 'invalid_type':
      return [{ path, message: wrongType(issue.expected, value) }];
    case 'invalid_value':
      return [{ path, message: choice(value, issue.values) }];
    case 'too_small':
    case 'too_big':
      return [{ path, message: bound(issue) }];
    case 'invalid_union': {
      const options = 'options' in issue ? issue.options : undefined;
      if (Array.isArray(options)) return [{ path, message: choice(value, options) }];
      const best = bestOption(issue);
      if (best.every((one) => one.path.length === 0 && one.code === 'invalid_type')) {
        const wanted = issue.errors.flatMap((all) =>
          all.map((one) => (one.code === 'invalid_type' ? one.expected : '')),
        );
        const words = [...new Set(wanted.filter(Boolean).map((name) => nouns[name] ?? name))];
        return [{ path, message: wrongType(words.join(' or '), value) }];
      }
      return best.flatMap((one) => describe(one, path, from));
    }
    case 'invalid_key':
      return [
        { path, atKey: true, message: `is no valid name: ${issue.issues[0]?.message ?? ''}` },
      ];
    default:
      return [{ path, message: issue.message }];
  }
}

/** What zod found, in words of this project, with what was meant where that can be guessed. */
export function schemaProblems(error: z.ZodError, schema: z.ZodType, value: unknown): Problem[] {
  const origin = { schema: schema as unknown as Schema, value };
  return error.issues.flatMap((issue) => describe(issue, [], origin));
}
