import { setMaxListeners } from 'node:events';
import type { Report } from '../nodes/provider.ts';

/** One thing that `lab` does. `run` is safe to repeat, and never prints: it reports. */
export interface Step<C> {
  /** Short and stable, as in "init" or "join-node1"; used by --until, logs and benches. */
  id: string;
  title: string;
  /** The commands that a person would type instead, one line each (`#` starts a remark). */
  explain(context: C): readonly string[];
  /** The reason why nothing is left to do, read from the nodes themselves; undefined to run. */
  skip?(context: C): Promise<string | undefined>;
  run(context: C, report: Report, signal: AbortSignal): Promise<void>;
}

/** Steps in order, or side by side. */
export interface Group<C> {
  id: string;
  title: string;
  inOrder?: readonly Stage<C>[];
  together?: readonly Stage<C>[];
}

export type Stage<C> = Step<C> | Group<C>;

export type StepEvent =
  | { kind: 'started'; id: string; title: string }
  | { kind: 'progress'; id: string; text: string }
  | { kind: 'skipped'; id: string; title: string; reason: string; seconds: number }
  | { kind: 'done'; id: string; title: string; seconds: number }
  | { kind: 'failed'; id: string; title: string; seconds: number; error: unknown };

export function isStep<C>(stage: Stage<C>): stage is Step<C> {
  return 'run' in stage;
}

export interface RunOptions {
  signal: AbortSignal;
  onEvent: (event: StepEvent) => void;
}

async function runStep<C>(step: Step<C>, context: C, options: RunOptions): Promise<void> {
  options.signal.throwIfAborted();
  const { id, title } = step;
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  options.onEvent({ kind: 'started', id, title });
  try {
    const reason = await step.skip?.(context);
    if (reason !== undefined) {
      options.onEvent({ kind: 'skipped', id, title, reason, seconds: seconds() });
      return;
    }
    // Looking at the nodes may have taken a while.
    options.signal.throwIfAborted();
    const report = (text: string): void => options.onEvent({ kind: 'progress', id, text });
    await step.run(context, report, options.signal);
    options.onEvent({ kind: 'done', id, title, seconds: seconds() });
  } catch (error) {
    options.onEvent({ kind: 'failed', id, title, seconds: seconds(), error });
    throw error;
  }
}

/** Runs side by side; the first failure stops the others, and is thrown once all have ended. */
async function runTogether<C>(
  stages: readonly Stage<C>[],
  context: C,
  options: RunOptions,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  // Every command that waits listens to it, and there are many at a time.
  setMaxListeners(0, signal);
  let first: { error: unknown } | undefined;
  await Promise.all(
    stages.map(async (stage) => {
      try {
        await runStages([stage], context, { ...options, signal });
      } catch (error) {
        first ??= { error };
        stop.abort(error);
      }
    }),
  );
  if (first) throw first.error;
}

/** Runs the stages in order and stops at the first failure. */
export async function runStages<C>(
  stages: readonly Stage<C>[],
  context: C,
  options: RunOptions,
): Promise<void> {
  for (const stage of stages) {
    if (isStep(stage)) await runStep(stage, context, options);
    else {
      if (stage.inOrder) await runStages(stage.inOrder, context, options);
      if (stage.together) await runTogether(stage.together, context, options);
    }
  }
}
