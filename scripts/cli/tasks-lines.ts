import { messageOf } from '../base/errors.ts';
import type { StepEvent } from '../lab/step.ts';
import type { Screen } from './print.ts';

/** Something that shows the progress of steps. */
export interface Drawing {
  onEvent(event: StepEvent): void;
  /** Everything has ended, well or not. */
  end(): Promise<void>;
}

interface LineOptions {
  screen: Screen;
  signal: AbortSignal;
  /** Show every progress text instead of at most one a second for each step. */
  verbose: boolean;
  /** Milliseconds of silence after which a step says that it still runs; default 10 000. */
  heartbeat?: number;
}

interface Running {
  title: string;
  began: number;
  /** When it last said something on the screen. */
  spoke: number;
  text: string;
}

const second = 1000;

/** `  4.2s  init: kubeadm init on master`: seconds since the beginning, step, what happens. */
export function drawLines({ screen, signal, verbose, heartbeat = 10_000 }: LineOptions): Drawing {
  const start = performance.now();
  const running = new Map<string, Running>();

  const line = (id: string, text: string): void => {
    const elapsed = (performance.now() - start) / second;
    screen.write(`${elapsed.toFixed(1).padStart(6)}s  ${id}: ${text}\n`);
    const step = running.get(id);
    if (step) step.spoke = performance.now();
  };

  // Steps beside a failed one are stopped with its error; saying it once is enough.
  const told = new Set<unknown>();
  const failure = ({ error, seconds }: { error: unknown; seconds: number }): string => {
    const after = `after ${seconds.toFixed(1)} s`;
    if (told.has(error) || signal.aborted) return `stopped ${after}`;
    told.add(error);
    return `FAILED ${after}: ${messageOf(error)}`;
  };

  const beat = setInterval(() => {
    const now = performance.now();
    for (const [id, step] of running) {
      if (now - step.spoke < heartbeat) continue;
      const since = ((now - step.began) / second).toFixed(0);
      line(id, `still at it after ${since} s${step.text === '' ? '' : `: ${step.text}`}`);
    }
  }, heartbeat / 10);

  const onAbort = (): void => {
    for (const id of running.keys()) line(id, 'stopping; Ctrl-C again ends at once');
  };
  signal.addEventListener('abort', onAbort, { once: true });

  return {
    onEvent(event) {
      const { id } = event;
      switch (event.kind) {
        case 'started':
          running.set(id, { title: event.title, began: performance.now(), spoke: 0, text: '' });
          line(id, event.title);
          break;
        case 'progress': {
          const step = running.get(id);
          if (step) step.text = event.text;
          const quiet = !step || performance.now() - step.spoke >= second;
          if (verbose || quiet) line(id, event.text);
          break;
        }
        case 'skipped':
          running.delete(id);
          line(id, `nothing to do: ${event.reason}`);
          break;
        case 'done':
          running.delete(id);
          line(id, `done in ${event.seconds.toFixed(1)} s`);
          break;
        case 'failed':
          running.delete(id);
          line(id, failure(event));
          break;
      }
    },
    end() {
      clearInterval(beat);
      signal.removeEventListener('abort', onAbort);
      return Promise.resolve();
    },
  };
}
