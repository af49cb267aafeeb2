import { LabError, messageOf } from './errors.ts';

export interface UntilOptions {
  /** What is waited for, as in "node1 answers ssh". */
  describe: string;
  /** Deadline in milliseconds. */
  timeout: number;
  /** Pause between two attempts in milliseconds; default 200. */
  interval?: number;
  /** Multiplies both, for machines that take longer and should not be asked too often; default 1. */
  slowness?: number;
  hint?: string;
  signal?: AbortSignal;
}

/** What one attempt saw: `done` ends the waiting; `state` is reported if time runs out. */
export type Attempt<T> = { done: true; value: T } | { done: false; state: string };

/** Resolves after `ms` milliseconds, or rejects at once when the signal aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * The only way this project waits: tries until the attempt is done or the deadline has passed.
 * An attempt that throws counts as "not yet"; its message becomes the last state.
 * @throws LabError `timeout` naming the last state seen; the signal's reason when it aborts.
 */
export async function until<T>(
  attempt: () => Promise<Attempt<T>>,
  options: UntilOptions,
): Promise<T> {
  const { slowness = 1 } = options;
  const timeout = options.timeout * slowness;
  const deadline = Date.now() + timeout;
  let last = 'nothing yet';
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const seen = await attempt();
      if (seen.done) return seen.value;
      last = seen.state;
    } catch (error) {
      last = messageOf(error);
    }
    if (Date.now() >= deadline) {
      throw new LabError('timeout', `Waited ${timeout / 1000} s for: ${options.describe}`, {
        why: `last seen: ${last}`,
        hint: options.hint,
      });
    }
    await sleep((options.interval ?? 200) * slowness, options.signal);
  }
}
