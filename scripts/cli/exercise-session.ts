import { userInfo } from 'node:os';
import { join } from 'node:path';
import { LabError, exitCode, usageError } from '../base/errors.ts';
import { projectRoot } from '../base/paths.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { findExercise, loadExercises, type Exercise } from '../exercises/load.ts';
import { openProgress } from '../exercises/progress.ts';
import { requireStarted, type Session } from '../exercises/session.ts';
import { environmentSpec, type LabConfig } from '../lab/config.ts';
import { openEnvironment, requireRunning } from '../lab/environment.ts';
import { openSandboxLab, sandboxStep } from '../lab/sandbox.ts';
import type { CommandContext } from './context.ts';
import { ensurePackages } from './packages.ts';
import { runSteps } from './run-steps.ts';

export const labsFolder = join(projectRoot, 'labs');

/** Whose progress and variables: the person behind sudo, where there is one. `LAB_STUDENT` overrides it. */
function studentName(): string {
  return process.env.LAB_STUDENT ?? process.env.SUDO_USER ?? userInfo().username;
}

export interface SessionWish {
  /** The exercise that it is about. */
  id: string;
  /** What its lab has to be: reading hints works without any; `made` makes a sandbox that is not there. */
  lab: 'any' | 'running' | 'made';
  /** A lab that cannot be read while grading is an error of its own kind. */
  grades?: boolean;
}

export interface OpenSession {
  session: Session;
  exercise: Exercise;
}

/** Where an exercise takes place. */
interface OpenLab {
  cluster: Cluster;
  close(): void;
}

async function openLab(
  { spec }: Exercise,
  { lab }: SessionWish,
  config: LabConfig,
  context: CommandContext,
): Promise<OpenLab> {
  const { needs } = spec;
  if (!('sandbox' in needs)) {
    const environment = await openEnvironment(config);
    try {
      if (lab !== 'any') await requireRunning(environment);
    } catch (error) {
      environment.close();
      throw error;
    }
    return environment;
  }
  if (lab === 'made') await ensurePackages(config, context);
  const own = await openSandboxLab(config, needs.sandbox);
  if (lab === 'any' || (await own.sandbox.running())) return own;
  if (lab === 'made') await runSteps([sandboxStep], own, context);
  else {
    throw usageError('no-sandbox', `The sandbox of ${spec.id} is not there`, {
      why: 'it was removed or stopped since, and everything in it is gone',
      hint: `lab exercise ${spec.id}`,
    });
  }
  return own;
}

/** Runs one exercise command with everything it needs, and closes all connections afterwards. */
export async function withSession<T>(
  context: CommandContext,
  wish: SessionWish,
  work: (open: OpenSession) => Promise<T>,
): Promise<T> {
  const exercise = findExercise(await loadExercises(labsFolder), wish.id);
  const config = await context.loadConfig();
  const report = (text: string): void => {
    if (!context.json && process.stderr.isTTY) process.stderr.write(`  ${text}\n`);
  };
  const progress = openProgress(join(environmentSpec(config).stateDir, 'progress'));
  if (wish.lab === 'running') requireStarted(exercise, await progress.read(wish.id));
  let lab: OpenLab | undefined;
  try {
    lab = await openLab(exercise, wish, config, context);
    const session: Session = {
      cluster: lab.cluster,
      progress,
      environment: config.name,
      student: studentName(),
      report,
      signal: context.signal,
    };
    return await work({ session, exercise });
  } catch (error) {
    throw wish.grades ? asGradingError(error) : error;
  } finally {
    lab?.close();
  }
}

/** The same error with the exit code that says: no score was given. Mistakes of the user keep theirs. */
function asGradingError(error: unknown): unknown {
  if (!(error instanceof LabError) || error.exit !== exitCode.failed) return error;
  const { why, hint, details, cause } = error;
  const exit = exitCode.gradingError;
  return new LabError(error.code, error.message, { why, hint, details, cause, exit });
}
