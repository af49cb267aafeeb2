import { Listr } from 'listr2';
import type { ListrTask, ListrTaskWrapper } from 'listr2';
import { isStep } from '../lab/step.ts';
import type { Stage, StepEvent } from '../lab/step.ts';
import { paint } from './print.ts';
import type { Drawing } from './tasks-lines.ts';

type Wrapper = ListrTaskWrapper<unknown, never, never>;
type Ending = Exclude<StepEvent, { kind: 'started' | 'progress' }>;

/** A step or group as listr draws it. */
interface Row {
  title: string;
  parent: Row | undefined;
  children: Row[];
  together: boolean;
  began: number | undefined;
  text: string;
  /** What listr shows it with, while it runs. */
  wrapper: Wrapper | undefined;
  ended: Promise<Ending | undefined>;
  /** Tells how the step ended; undefined if it was stopped because of another. */
  finish: (ending: Ending | undefined) => void;
}

// Promise.withResolvers needs Node 22.
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** All rows by step id, and those at the top. */
function rowsOf<C>(stages: readonly Stage<C>[]): { roots: Row[]; steps: Map<string, Row> } {
  const steps = new Map<string, Row>();
  const build = (stage: Stage<C>, parent?: Row): Row => {
    const { promise: ended, resolve: finish } = deferred<Ending | undefined>();
    const together = !isStep(stage) && stage.together !== undefined;
    const row: Row = {
      title: stage.title,
      parent,
      children: [],
      together,
      began: undefined,
      text: '',
      wrapper: undefined,
      ended,
      finish,
    };
    if (isStep(stage)) steps.set(stage.id, row);
    else {
      const inside = [...(stage.inOrder ?? []), ...(stage.together ?? [])];
      row.children = inside.map((child) => build(child, row));
    }
    return row;
  };
  return { roots: stages.map((stage) => build(stage)), steps };
}

/** Title and seconds so far, of the row and the groups around it. */
function show(row: Row | undefined, remark = ''): void {
  if (!row) return;
  if (row.wrapper && row.began !== undefined) {
    const seconds = ((performance.now() - row.began) / 1000).toFixed(1);
    row.wrapper.title = `${row.title} ${paint('dim', `${seconds} s`)}${remark}`;
  }
  show(row.parent);
}

function begin(row: Row | undefined): void {
  if (!row) return;
  begin(row.parent);
  row.began ??= performance.now();
}

/** Waits for the step's end and tells it listr. `over` resolves when no step runs any more. */
async function follow(row: Row, wrapper: Wrapper, over: Promise<void>): Promise<void> {
  row.wrapper = wrapper;
  if (row.text !== '') wrapper.output = row.text;
  const ending = await row.ended;
  if (ending?.kind === 'skipped') {
    wrapper.skip(`${row.title} ${paint('dim', `(${ending.reason})`)}`);
  } else if (ending?.kind === 'done') show(row);
  else {
    show(row, paint('red', ending ? ' failed' : ' stopped'));
    // listr ends at the first error, but the steps beside this one may still have to stop.
    await over;
    throw new Error('stopped');
  }
  row.wrapper = undefined;
}

/** listr2 believes that it runs tasks; here every task only waits for the events of the real step. */
function taskOf(row: Row, over: Promise<void>): ListrTask {
  return {
    title: row.title,
    task: (_context, wrapper) => {
      if (row.children.length === 0) return follow(row, wrapper as Wrapper, over);
      row.wrapper = wrapper as Wrapper;
      const children = row.children.map((child) => taskOf(child, over));
      return wrapper.newListr(children, { concurrent: row.together, exitOnError: true });
    },
  };
}

/** The steps as a tree with spinners, which redraws itself: nothing else may be printed meanwhile. */
export function drawTree<C>(stages: readonly Stage<C>[], signal: AbortSignal): Drawing {
  const { roots, steps } = rowsOf(stages);
  const { promise: over, resolve: finish } = deferred<void>();
  const rows = [...steps.values()];
  // Steps beside a failed one are stopped with its error.
  const told = new Set<unknown>();
  const ending = (event: Ending): Ending | undefined => {
    if (event.kind !== 'failed') return event;
    const known = signal.aborted || told.has(event.error);
    told.add(event.error);
    return known ? undefined : event;
  };

  const tick = setInterval(() => {
    for (const row of rows) if (row.wrapper) show(row);
  }, 500);
  const onAbort = (): void => {
    for (const { wrapper } of rows) {
      if (wrapper) wrapper.output = 'stopping; Ctrl-C again ends at once';
    }
  };
  signal.addEventListener('abort', onAbort, { once: true });

  const listr = new Listr(
    roots.map((row) => taskOf(row, over)),
    {
      concurrent: false,
      exitOnError: true,
      // listr's own handler would end the process before the steps could stop.
      registerSignalListeners: false,
      rendererOptions: { formatOutput: 'truncate', showErrorMessage: false },
    },
  );
  const drawn = listr.run().catch(() => undefined);

  return {
    onEvent(event) {
      const row = steps.get(event.id);
      if (!row) return;
      begin(row);
      if (event.kind === 'progress') {
        row.text = event.text;
        if (row.wrapper && !signal.aborted) row.wrapper.output = event.text;
      } else if (event.kind !== 'started') row.finish(ending(event));
    },
    async end() {
      for (const row of rows) row.finish(undefined);
      finish();
      await drawn;
      clearInterval(tick);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
