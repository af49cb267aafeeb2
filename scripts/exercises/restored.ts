import type { Progress } from './progress.ts';

/** Exercises that are set up now, each with the number of its attempt. */
export async function exercisesSetUp(progress: Progress): Promise<Record<string, number>> {
  const all = Object.entries(await progress.all());
  const set = all.filter(([, record]) => record.started !== undefined || record.settingUp);
  return Object.fromEntries(set.map(([id, { attempt }]) => [id, attempt]));
}

/** Forgets the attempt; best score, full marks and history stay. */
export async function endAttempt(progress: Progress, id: string): Promise<void> {
  await progress.update(id, ({ attempt, best, solved }) => ({
    ...{ attempt: attempt + 1, vars: {}, facts: {}, answers: {}, hints: 0, checks: 0 },
    ...{ best, solved },
  }));
  await progress.log({ id, event: 'reset' });
}

/**
 * After the lab went back to an earlier state: attempts that were not set up then are over. Scores and history stay.
 * @returns The exercises that are no longer set up.
 */
export async function forgetLaterAttempts(
  progress: Progress,
  setUpThen: Readonly<Record<string, number>>,
): Promise<string[]> {
  const over = Object.entries(await exercisesSetUp(progress))
    .filter(([id, attempt]) => setUpThen[id] !== attempt)
    .map(([id]) => id);
  for (const id of over) await endAttempt(progress, id);
  return over;
}
