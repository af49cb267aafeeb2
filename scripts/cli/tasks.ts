import { isStep } from '../lab/step.ts';
import type { Stage, StepEvent } from '../lab/step.ts';
import { paint, say } from './print.ts';
import type { Screen } from './print.ts';
import { drawLines } from './tasks-lines.ts';
import type { Drawing } from './tasks-lines.ts';

interface DrawOptions {
  signal: AbortSignal;
  /** Keeps stdout free for the answer; plain lines go to stderr. */
  json?: boolean;
  /** Plain lines with all progress, and the commands that a person would type. */
  verbose?: boolean;
}

function explained<C>(stages: readonly Stage<C>[], context: C, screen: Screen): Drawing['onEvent'] {
  const all = new Map<string, readonly string[]>();
  const visit = (stage: Stage<C>): void => {
    if (isStep(stage)) all.set(stage.id, stage.explain(context));
    else for (const child of [...(stage.inOrder ?? []), ...(stage.together ?? [])]) visit(child);
  };
  stages.forEach(visit);
  return (event) => {
    if (event.kind !== 'started') return;
    for (const line of all.get(event.id) ?? [])
      say(`         ${paint('dim', line, screen)}`, screen);
  };
}

async function drawing<C>(stages: readonly Stage<C>[], options: DrawOptions): Promise<Drawing> {
  const { signal, json = false, verbose = false } = options;
  const screen = json ? process.stderr : process.stdout;
  // Some terminals (serial lines, `script`) do not tell their width, and a tree needs one.
  const wide = (process.stdout.columns ?? 0) > 0 && process.env.TERM !== 'dumb';
  const redraws = screen.isTTY && wide && !json && !verbose;
  if (!redraws) return drawLines({ screen, signal, verbose });
  const { drawTree } = await import('./tasks-tree.ts');
  return drawTree(stages, signal);
}

/**
 * Shows the steps while `run` works: a tree on a terminal, lines otherwise. Nothing else may print
 * to stdout until it returns. Throws what `run` throws.
 */
export async function drawSteps<C>(
  stages: readonly Stage<C>[],
  context: C,
  run: (onEvent: (event: StepEvent) => void) => Promise<void>,
  options: DrawOptions,
): Promise<void> {
  const screen = options.json ? process.stderr : process.stdout;
  const began = performance.now();
  const draw = await drawing(stages, options);
  const explain = options.verbose ? explained(stages, context, screen) : undefined;
  try {
    await run((event) => {
      draw.onEvent(event);
      explain?.(event);
    });
  } finally {
    await draw.end();
    const total = ((performance.now() - began) / 1000).toFixed(1);
    say(paint('dim', `total ${total} s`, screen), screen);
  }
}
