import { exitCode } from '../../base/errors.ts';
import type { Result } from '../../exercises/outcome.ts';
import { reportResult } from '../../exercises/report.ts';
import { checkExercise, watchExercise } from '../../exercises/check.ts';
import { readDebrief } from '../../exercises/help.ts';
import type { CommandContext } from '../context.ts';
import { withSession } from '../exercise-session.ts';
import { sayMarkdown } from '../markdown.ts';
import { json, paint, say } from '../print.ts';

function codeOf({ status }: Result): number {
  if (status === 'error') return exitCode.gradingError;
  return status === 'pass' ? exitCode.ok : exitCode.failed;
}

const colours = { pass: 'green', fail: 'red', error: 'yellow' } as const;

function show(result: Result, context: CommandContext): void {
  if (context.json) json(result);
  else {
    const width = process.stdout.isTTY ? Math.max(60, process.stdout.columns) : undefined;
    say(reportResult(result, width, (status, text) => paint(colours[status], text)));
  }
}

/** `lab exercise check ID`: 0 full marks, 1 not yet, 3 when the lab could not be read. */
export async function run(
  [id = '']: readonly string[],
  options: { watch?: boolean },
  context: CommandContext,
): Promise<number> {
  return withSession(context, { id, lab: 'running', grades: true }, async (open) => {
    const { exercise } = open;
    const session = { ...open.session, report: undefined };
    const result = options.watch
      ? await watchExercise(session, exercise, (seen) => show(seen, context))
      : await checkExercise(session, exercise);
    if (!options.watch) show(result, context);
    if (result.status === 'pass' && !context.json) {
      say();
      await sayMarkdown(await readDebrief(session, exercise));
      say();
      say('What is next: lab exercise next');
    }
    return codeOf(result);
  });
}
