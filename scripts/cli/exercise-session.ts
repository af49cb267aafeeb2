import { userInfo } from 'node:os';
import { join } from 'node:path';
import { LabError, exitCode } from '../base/errors.ts';
import { projectRoot } from '../base/paths.ts';
import { findExercise, loadExercises, type Exercise } from '../exercises/load.ts';
import { openProgress } from '../exercises/progress.ts';
import type { Session } from '../exercises/session.ts';
import { environmentSpec } from '../lab/config.ts';
import { openEnvironment, requireRunning } from '../lab/environment.ts';
import type { CommandContext } from './context.ts';

export const labsFolder = join(projectRoot, 'labs');

/** Whose progress and variables: the person behind sudo, where there is one. `LAB_STUDENT` overrides it. */
function studentName(): string {
  return process.env.LAB_STUDENT ?? process.env.SUDO_USER ?? userInfo().username;
}

export interface SessionWish {
  /** Whether the lab has to be up; reading hints and progress works without. */
  running: boolean;
  /** A lab that cannot be read while grading is an error of its own kind. */
  grades?: boolean;
}

export interface OpenSession {
  session: Session;
  exercises: readonly Exercise[];
  exercise: (id: string) => Exercise;
}

/** Runs one exercise command with everything it needs, and closes all connections afterwards. */
export async function withSession<T>(
  context: CommandContext,
  wish: SessionWish,
  work: (open: OpenSession) => Promise<T>,
): Promise<T> {
  const exercises = await loadExercises(labsFolder);
  const config = await context.loadConfig();
  const environment = await openEnvironment(config);
  const report = (text: string): void => {
    if (!context.json && process.stderr.isTTY) process.stderr.write(`  ${text}\n`);
  };
  try {
    if (wish.running) await requireRunning(environment);
    const session: Session = {
      cluster: environment.cluster,
      progress: openProgress(join(environmentSpec(config).stateDir, 'progress')),
      environment: config.name,
      student: studentName(),
      report,
      signal: context.signal,
    };
    return await work({ session, exercises, exercise: (id) => findExercise(exercises, id) });
  } catch (error) {
    throw wish.grades ? asGradingError(error) : error;
  } finally {
    environment.close();
  }
}

/** The same error with the exit code that says: no score was given. Mistakes of the user keep theirs. */
function asGradingError(error: unknown): unknown {
  if (!(error instanceof LabError) || error.exit !== exitCode.failed) return error;
  const { why, hint, details, cause } = error;
  const exit = exitCode.gradingError;
  return new LabError(error.code, error.message, { why, hint, details, cause, exit });
}
