import { usageError } from '../../base/errors.ts';
import { rowsOf } from '../../exercises/answer-text.ts';
import type { Answer } from '../../exercises/live.ts';
import {
  answerParts,
  formProblem,
  listQuestions,
  type Question,
} from '../../exercises/questions.ts';
import type { CommandContext } from '../context.ts';
import { withSession } from '../exercise-session.ts';
import { json, say } from '../print.ts';

interface Given {
  part: string;
  value: string;
}

/** A part as far as it matters for reading words: a table has rows. */
export interface Asked {
  id: string;
  rows: readonly string[];
}

/**
 * "part=value" words -> answers. A value may hold further equals signs, and words that name no part go on with the
 * answer before them: rows of a table need no quotes, as in "macs=node1=… node2=…", and where one table only has a row
 * of that name, not even the part: "node1=… node2=…".
 */
export function parseAnswers(words: readonly string[], parts: readonly Asked[]): Given[] {
  const given: Given[] = [];
  for (const word of words) {
    const at = word.indexOf('=');
    const name = at > 0 ? word.slice(0, at) : '';
    const last = given.at(-1);
    const tables = parts.filter(({ rows }) => rows.includes(name));
    const [table] = tables.length === 1 ? tables : [];
    if (parts.some(({ id }) => id === name)) given.push({ part: name, value: word.slice(at + 1) });
    else if (table && table.id !== last?.part) given.push({ part: table.id, value: word });
    else if (last) last.value += ` ${word}`;
    else if (at > 0) given.push({ part: name, value: word.slice(at + 1) });
    else {
      throw usageError('bad-answer', `"${word}" is no answer`, {
        why: 'answers have the form PART=VALUE; nothing was kept',
        hint: 'lab exercise answer --help',
      });
    }
  }
  return given;
}

/** As it would be typed. */
function answerInWords(answer: Answer): string {
  if (typeof answer === 'string') return answer;
  return Object.entries(answer)
    .map(([row, value]) => `${row}=${value}`)
    .join(' ');
}

async function ask(
  questions: readonly Question[],
  problemOf: (part: string, value: string) => string | undefined,
): Promise<Given[]> {
  const { isCancel, text } = await import('@clack/prompts');
  const given: Given[] = [];
  for (const { id, prompt, how } of questions) {
    // Enter leaves a question open.
    const validate = (value: string | undefined): string | undefined =>
      value === undefined || value.trim() === '' ? undefined : problemOf(id, value);
    const value = await text({ message: prompt, placeholder: how, validate });
    if (isCancel(value)) break;
    if (value !== undefined && value.trim() !== '') given.push({ part: id, value });
  }
  return given;
}

/** `lab exercise answer ID [PART=VALUE…]`: keeps answers; without any it asks on a terminal. */
export async function run(
  [id = '', ...pairs]: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  await withSession(context, { id, lab: 'running' }, async ({ session, exercise }) => {
    const questions = await listQuestions(session, exercise);
    const asks = pairs.length === 0 && process.stdin.isTTY && !context.json;
    const { parts } = exercise.spec;
    if (parts.length === 0 && pairs.length > 0) {
      throw usageError('no-questions', `${id} asks no questions; it is graded by what you do`, {
        hint: `lab exercise check ${id}`,
      });
    }
    const asked = parts.map((part) => ({ id: part.id, rows: rowsOf(part, session.cluster) }));
    const given = asks
      ? await ask(questions, (part, value) => formProblem(session, exercise, part, value))
      : parseAnswers(pairs, asked);
    await answerParts(session, exercise, given);
    const now = await listQuestions(session, exercise);
    if (context.json) return json({ id, questions: now });
    if (now.length === 0) say(`${id} asks no questions; it is graded by what you do.`);
    for (const { id: part, prompt, how, answer } of now) {
      say(`${part}: ${prompt}`);
      say(answer === undefined ? `    open: ${how}` : `    your answer: ${answerInWords(answer)}`);
    }
    if (now.length > 0) say(`\nGrade them: lab exercise check ${id}`);
  });
}
