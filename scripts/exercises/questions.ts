import { usageError } from '../base/errors.ts';
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
  const table = rowsOf(part, cluster).map((row) => `${row}=…`);
  const ways = { value: 'one value', set: 'several, any order', list: 'several, in order' };
  const way = part.form === 'table' ? table.join(' ') : ways[part.form];
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

/**
 * Keeps an answer; a later one for the same part replaces it, rows of a table are added.
 * @returns The answer as kept.
 * @throws LabError `not-started`, `unknown-part`, `bad-answer` (its form is wrong).
 */
export async function answerPart(
  session: Session,
  exercise: Exercise,
  partId: string,
  text: string,
): Promise<Answer> {
  const { spec } = exercise;
  const part = spec.parts.find(({ id }) => id === partId);
  if (!part) {
    const known = spec.parts.map(({ id }) => id);
    const none = known.length === 0 ? `${spec.id} asks no questions` : suggest(partId, known);
    throw usageError('unknown-part', `${spec.id} has no part "${partId}"`, { hint: none });
  }
  const before = await started(session, exercise);
  const value = readAnswer(part, text, session.cluster, before.answers[partId]);
  await session.progress.update(spec.id, (record) => ({
    ...record,
    answers: { ...record.answers, [partId]: value },
  }));
  await session.progress.log({ id: spec.id, event: 'answer', part: partId, value });
  return value;
}
