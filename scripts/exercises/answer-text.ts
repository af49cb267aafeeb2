import { usageError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { readValue } from './compare.ts';
import type { Answer } from './live.ts';
import type { Part } from './part-schema.ts';

/** Items of a set or list: by commas, semicolons, lines or "and"; where there is none, by spaces. */
export function splitItems(text: string): string[] {
  const marked = /[,;\n]\s*(?:and\s)?|\sand\s/i;
  const separator = marked.test(text) ? marked : /\s+/;
  return text
    .replace(/^\s*[[({]|[\])}]\s*$/g, '')
    .split(separator)
    .map((item) => item.trim())
    .filter(Boolean);
}

/** The names of a table's rows on this cluster. */
export function rowsOf(part: Part, cluster: Cluster): string[] {
  if (part.rows === 'nodes') return cluster.nodes.map(({ name }) => name);
  if (part.rows === 'workers') return cluster.workers.map(({ name }) => name);
  return part.rows ?? [];
}

/** `a=1, b=2 c=3` as cells; the value goes on until the next `word=`, comma, semicolon or line. */
function splitCells(text: string): { row: string; value: string }[] {
  return text
    .split(/[,;\n]+|\s+(?=[^\s=]+=)/)
    .map((piece) => piece.trim())
    .filter(Boolean)
    .map((piece) => {
      const at = piece.indexOf('=');
      return at < 0
        ? { row: piece, value: '' }
        : { row: piece.slice(0, at).trim(), value: piece.slice(at + 1).trim() };
    });
}

function refuse(part: Part, problem: string): never {
  throw usageError('bad-answer', `${part.id}: ${problem}`, {
    why: 'nothing was kept',
    hint: part.example === undefined ? undefined : `for example: ${part.example}`,
  });
}

function checkForm(part: Part, values: readonly string[]): void {
  for (const value of values) {
    const read = readValue(part.type, value);
    if ('problem' in read) refuse(part, `"${value}" ${read.problem}`);
  }
}

function readTable(part: Part, text: string, rows: readonly string[]): Record<string, string> {
  const cells = splitCells(text).map(({ row, value }) => {
    const name = rows.find((one) => one.toLowerCase() === row.toLowerCase());
    if (name === undefined) {
      throw usageError('bad-answer', `${part.id}: there is no row "${row}"`, {
        why: `write it as ${rows.map((one) => `${one}=…`).join(' ')}`,
        hint: suggest(row, rows),
      });
    }
    return [name, value] as const;
  });
  checkForm(
    part,
    cells.map(([, value]) => value),
  );
  return Object.fromEntries(cells);
}

/**
 * Reads what the learner typed for a part. Rows of a table are added to those given before.
 * Only the form is judged here: a word where a number belongs is refused at once and not kept.
 * @throws LabError `bad-answer`.
 */
export function readAnswer(
  part: Part,
  text: string,
  cluster: Cluster,
  before: Answer | undefined,
): Answer {
  if (text.trim() === '') refuse(part, 'the answer is empty');
  if (part.form === 'table') {
    const rows = readTable(part, text, rowsOf(part, cluster));
    return { ...(typeof before === 'object' ? before : {}), ...rows };
  }
  checkForm(part, part.form === 'value' ? [text] : splitItems(text));
  return text.trim();
}
