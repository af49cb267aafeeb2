import type { LabConfig } from '../lab/config.ts';
import { openEnvironment, type Environment } from '../lab/environment.ts';
import { withLock } from '../lab/lock.ts';
import { runStages, type Stage, type StepEvent } from '../lab/step.ts';
import type { CommandContext } from './context.ts';
import { drawSteps } from './tasks.ts';

/** What a run of steps came to, for --json. */
export interface StepsDone {
  steps: Extract<StepEvent, { kind: 'done' | 'skipped' }>[];
}

/** Opens an environment, holds its lock while `work` runs, and closes it. */
export async function withEnvironment<T>(
  config: LabConfig,
  command: string,
  work: (environment: Environment) => Promise<T>,
): Promise<T> {
  const environment = await openEnvironment(config);
  try {
    return await withLock(environment.spec.stateDir, command, () => work(environment));
  } finally {
    environment.close();
  }
}

/** Runs steps and shows them. */
export async function runSteps<C>(
  stages: readonly Stage<C>[],
  of: C,
  context: CommandContext,
): Promise<StepsDone> {
  const steps: StepsDone['steps'] = [];
  await drawSteps(
    stages,
    of,
    (onEvent) =>
      runStages(stages, of, {
        signal: context.signal,
        onEvent: (event) => {
          if (event.kind === 'done' || event.kind === 'skipped') steps.push(event);
          onEvent(event);
        },
      }),
    context,
  );
  return { steps };
}
