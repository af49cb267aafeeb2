import { usageError } from '../../base/errors.ts';
import { answerPart, listQuestions, type Question } from '../../exercises/questions.ts';
import type { CommandContext } from '../context.ts';
import { withSession } from '../exercise-session.ts';
import { json, say } from '../print.ts';

interface Given {
  part: string;
  value: string;
}

/**
 * "part=value" words -> answers. A value may hold further equals signs, and words that name no part go on with the
 * answer before them: rows of a table need no quotes, as in "macs=node1=… node2=…".
 */
export function parseAnswers(words: readonly string[], parts: readonly string[]): Given[] {
  const given: Given[] = [];
  for (const word of words) {
    const at = word.indexOf('=');
    const name = at > 0 ? word.slice(0, at) : '';
    const last = given.at(-1);
    if (last && !parts.includes(name)) last.value += ` ${word}`;
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

async function ask(questions: readonly Question[]): Promise<Given[]> {
  const { isCancel, text } = await import('@clack/prompts');
  const given: Given[] = [];
  for (const { id, prompt, how } of questions) {
    const value = await text({ message: prompt, placeholder: how });
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
    const parts = questions.map((question) => question.id);
    const given = asks ? await ask(questions) : parseAnswers(pairs, parts);
    for (const { part, value } of given) await answerPart(session, exercise, part, value);
    const now = await listQuestions(session, exercise);
    if (context.json) return json({ id, questions: now });
    if (now.length === 0) say(`${id} asks no questions; it is graded by what you do.`);
    for (const { id: part, prompt, how, answer } of now) {
      say(`${part}: ${prompt}`);
      say(answer === undefined ? `    open: ${how}` : `    your answer: ${JSON.stringify(answer)}`);
    }
    if (now.length > 0) say(`\nGrade them: lab exercise check ${id}`);
  });
}
