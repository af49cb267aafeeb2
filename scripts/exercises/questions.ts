import { messageOf, usageError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { readAnswer, rowsOf } from './answer-text.ts';
import type { Answer } from './live.ts';
import type { Exercise } from './load.ts';
import type { Part } from './part-schema.ts';
import type { ExerciseRecord } from './progress.ts';
import { renderKnown } from './render.ts';
import { allVars, started, type Session } from './session.ts';

/** A question as the learner sees it. */
export interface Question {
  id: string;
  prompt: string;
  /** How to answer, in a few words. */
  how: string;
  /** What was answered so far. */
  answer: Answer | undefined;
}

function howTo(part: Part, cluster: Cluster): string {
  const table = [
    `${part.id}="`,
    rowsOf(part, cluster)
      .map((row) => `${row}=…`)
      .join(' '),
    '"',
  ];
  const ways = { value: 'one value', set: 'several, any order', list: 'several, in order' };
  const way = part.form === 'table' ? table.join('') : ways[part.form];
  const type = part.type === 'text' ? '' : ` (${part.type})`;
  return `${way}${type}${part.example === undefined ? '' : `, such as ${part.example}`}`;
}

export function questionsOf(
  session: Session,
  exercise: Exercise,
  record: ExerciseRecord,
): Question[] {
  const vars = allVars(record, session.cluster);
  return exercise.spec.parts.map((part) => ({
    id: part.id,
    prompt: renderKnown(part.prompt, vars),
    how: renderKnown(howTo(part, session.cluster), vars),
    answer: record.answers[part.id],
  }));
}

/** The questions with the answers given so far. */
export async function listQuestions(session: Session, exercise: Exercise): Promise<Question[]> {
  return questionsOf(session, exercise, await started(session, exercise));
}

function requirePart({ spec }: Exercise, id: string): Part {
  const part = spec.parts.find((one) => one.id === id);
  if (part) return part;
  const known = spec.parts.map((one) => one.id);
  const none = known.length === 0 ? `${spec.id} asks no questions` : suggest(id, known);
  throw usageError('unknown-part', `${spec.id} has no part "${id}"`, {
    why: 'nothing was kept',
    hint: none,
  });
}

/** What is wrong with the form of an answer, in a sentence; undefined if nothing is. */
export function formProblem(
  session: Session,
  exercise: Exercise,
  id: string,
  text: string,
): string | undefined {
  try {
    readAnswer(requirePart(exercise, id), text, session.cluster, undefined);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * Keeps answers, all of them or none; a later one for the same part replaces it, rows of a table are added.
 * @throws LabError `not-started`, `unknown-part`, `bad-answer` (its form is wrong).
 */
export async function answerParts(
  session: Session,
  exercise: Exercise,
  given: readonly { part: string; value: string }[],
): Promise<void> {
  const { id } = exercise.spec;
  const { answers } = await started(session, exercise);
  const read: Record<string, Answer> = {};
  for (const { part, value } of given) {
    const before = read[part] ?? answers[part];
    read[part] = readAnswer(requirePart(exercise, part), value, session.cluster, before);
  }
  await session.progress.update(id, (record) => ({
    ...record,
    answers: { ...record.answers, ...read },
  }));
  for (const [part, value] of Object.entries(read)) {
    await session.progress.log({ id, event: 'answer', part, value });
  }
}
