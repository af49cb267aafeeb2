import { setMaxListeners } from 'node:events';
import { exitCode, LabError } from '../base/errors.ts';

const names = { SIGINT: 'Ctrl-C', SIGTERM: 'SIGTERM', SIGHUP: 'the closed terminal' } as const;
type Signal = keyof typeof names;

/**
 * The first Ctrl-C (or SIGTERM, SIGHUP) aborts the signal, so that the running step can end
 * cleanly; the second ends the program at once.
 */
export function watchInterrupts(): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const onSignal = (signal: Signal): void => {
    if (controller.signal.aborted) process.exit(exitCode.interrupted);
    const message = `stopped by ${names[signal]}`;
    controller.abort(new LabError('interrupted', message, { exit: exitCode.interrupted }));
  };
  for (const signal of Object.keys(names) as Signal[]) process.on(signal, onSignal);
  return controller.signal;
}

/** The end of an interrupted command: what is left and how to go on. */
export function interruptedError(signal: AbortSignal, left: string | undefined): LabError {
  const { message } = signal.reason as Error;
  return new LabError('interrupted', message, {
    exit: exitCode.interrupted,
    hint: left ?? 'nothing was changed',
  });
}
