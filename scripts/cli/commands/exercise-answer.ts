import { usageError } from '../../base/errors.ts';
import { answerPart, listQuestions, type Question } from '../../exercises/questions.ts';
import type { CommandContext } from '../context.ts';
import { withSession } from '../exercise-session.ts';
import { json, say } from '../print.ts';

/** "part=value" -> both; the value may hold further equals signs, as rows of a table do. */
function parsePair(text: string): { part: string; value: string } {
  const at = text.indexOf('=');
  if (at > 0) return { part: text.slice(0, at), value: text.slice(at + 1) };
  throw usageError('bad-answer', `"${text}" is no answer`, {
    why: 'answers have the form PART=VALUE',
    hint: 'lab exercise answer --help',
  });
}

async function ask(questions: readonly Question[]): Promise<{ part: string; value: string }[]> {
  const { isCancel, text } = await import('@clack/prompts');
  const given: { part: string; value: string }[] = [];
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
  const parsed = pairs.map(parsePair);
  await withSession(context, { running: true }, async ({ session, exercise }) => {
    const chosen = exercise(id);
    const questions = await listQuestions(session, chosen);
    const asks = parsed.length === 0 && process.stdin.isTTY && !context.json;
    const given = asks ? await ask(questions) : parsed;
    for (const { part, value } of given) await answerPart(session, chosen, part, value);
    const now = await listQuestions(session, chosen);
    if (context.json) return json({ id, questions: now });
    if (now.length === 0) say(`${id} asks no questions; it is graded by what you do.`);
    for (const { id: part, prompt, how, answer } of now) {
      say(`${part}: ${prompt}`);
      say(answer === undefined ? `    open: ${how}` : `    your answer: ${JSON.stringify(answer)}`);
    }
    if (now.length > 0) say(`\nGrade them: lab exercise check ${id}`);
  });
}
