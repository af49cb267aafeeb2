import { isAlias, isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import type { z } from 'zod';
import { messageOf, usageError } from './errors.ts';
import type { LabError } from './errors.ts';
import { pathText, schemaProblems } from './yaml-problems.ts';
import type { Problem } from './yaml-problems.ts';

export type { Problem } from './yaml-problems.ts';

interface Placed {
  offset: number;
  text: string;
}

function pairOf(map: Node, key: string | number): Pair<Node, Node | null> | undefined {
  if (!isMap<Node, Node | null>(map)) return undefined;
  return map.items.find(({ key: node }) => String(node) === String(key));
}

/** Where the value (or key) at this path begins; where it is missing, the nearest thing around it. */
function offsetOf(document: Document, { path, atKey }: Problem): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    const pair: Pair<Node, Node | null> | undefined = node ? pairOf(node, key) : undefined;
    const next: Node | null | undefined = isSeq<Node>(node) ? node.items[Number(key)] : pair?.value;
    const stopsAtKey = atKey && depth === path.length - 1;
    const shown: Node | null | undefined = stopsAtKey ? pair?.key : (next ?? pair?.key);
    offset = shown?.range?.[0] ?? offset;
    if (!next) break;
    node = next;
  }
  return offset;
}

function sentence({ path, message }: Problem): string {
  const where = pathText(path);
  return where === '' ? message : `${where} ${message}`;
}

/** Syntax errors, and what only shows when aliases are followed. */
function syntaxProblems(document: Document, duplicates: boolean): Placed[] {
  const wanted = document.errors.filter(({ code }) => (code === 'DUPLICATE_KEY') === duplicates);
  const text = (code: string, message: string): string => {
    if (code === 'DUPLICATE_KEY') return 'this key stands twice in the same map';
    if (code === 'MULTIPLE_DOCS') return 'a second document begins here; only one is allowed';
    return message;
  };
  const placed = wanted.map(({ code, message, pos }) => ({
    offset: pos[0],
    text: text(code, message),
  }));
  const tags = duplicates ? [] : document.warnings;
  return [...placed, ...tags.map(({ message, pos }) => ({ offset: pos[0], text: message }))];
}

function badYaml(path: string, placed: Placed[], lines: LineCounter): LabError {
  const sorted = [...placed].sort((a, b) => a.offset - b.offset);
  const details = sorted.map(({ offset, text }) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${Math.max(line, 1)}:${Math.max(col, 1)}: ${text}`;
  });
  const count = details.length === 1 ? 'a problem' : `${details.length} problems`;
  return usageError('bad-yaml', `${path} has ${count}`, {
    details: details.join('\n'),
    hint: `correct ${path} and try again`,
  });
}

/** A copy without the values at these paths, so that the rest can still be checked. */
function without(value: unknown, paths: readonly Problem['path'][]): unknown {
  const copy = structuredClone(value);
  for (const path of paths) {
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], copy);
    if (typeof parent === 'object' && parent !== null) {
      Reflect.deleteProperty(parent, path.at(-1) ?? '');
    }
  }
  return copy;
}

/** What `check` finds in what the schema accepted; unknown keys do not keep it from looking. */
function meaningProblems<T>(
  value: unknown,
  schema: z.ZodType<T>,
  found: readonly Problem[],
  check: (value: T) => readonly Problem[],
): readonly Problem[] {
  const unknownKeys = found.filter(({ atKey }) => atKey).map(({ path }) => path);
  const parsed = schema.safeParse(without(value, unknownKeys));
  return parsed.success ? check(parsed.data) : [];
}

/**
 * Reads YAML text against a schema. An empty document counts as an empty map.
 * `check` adds problems of meaning; it runs whenever nothing but unknown keys is wrong with the form.
 * @param path Name of the file, only for the messages.
 * @throws LabError `bad-yaml` whose details list all problems as `file:line:column: message`.
 *   When the syntax is broken, only that is listed: what follows from it would be noise.
 */
export function parseYaml<T>(
  path: string,
  text: string,
  schema: z.ZodType<T>,
  check: (value: T) => readonly Problem[] = () => [],
): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = syntaxProblems(document, false);
  if (syntax.length > 0) throw badYaml(path, syntax, lines);

  let value: unknown;
  try {
    value = document.contents === null ? {} : document.toJS();
  } catch (error) {
    throw badYaml(path, [{ offset: 0, text: messageOf(error) }], lines);
  }

  const parsed = schema.safeParse(value);
  const found = parsed.success ? [] : schemaProblems(parsed.error, schema, value);
  const problems = [...found, ...meaningProblems(value, schema, found, check)];
  const placed = [
    ...syntaxProblems(document, true),
    ...problems.map((one) => ({ offset: offsetOf(document, one), text: sentence(one) })),
  ];
  if (placed.length > 0 || !parsed.success) throw badYaml(path, placed, lines);
  return parsed.data;
}
