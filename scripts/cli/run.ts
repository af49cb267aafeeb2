import { exitCode } from '../base/errors.ts';
import { commandContext } from './context.ts';
import type { GlobalOptions } from './context.ts';
import { exitCodeOf, failureJson, failureText } from './failure.ts';
import { interruptedError, watchInterrupts } from './interrupt.ts';
import { json, say } from './print.ts';
import { parseCommandLine } from './program.ts';
import type { Chosen } from './program.ts';

/** Tells of the error on stderr, or on stdout as JSON; returns the exit code. */
function tell(error: unknown, { json: asJson, verbose = false }: Partial<GlobalOptions>): number {
  if (asJson) json(failureJson(error));
  else say(failureText(error, { verbose, screen: process.stderr }), process.stderr);
  return exitCodeOf(error);
}

/** Flags that matter even when the command line itself is wrong. */
function flagsIn(argv: readonly string[]): Partial<GlobalOptions> {
  return { json: argv.includes('--json'), verbose: argv.includes('--verbose') };
}

/** Loads and runs a command; every failure is told. Returns the exit code. */
export async function runChosen({ definition, args, options: given }: Chosen): Promise<number> {
  const options = given as Partial<GlobalOptions>;
  const signal = watchInterrupts();
  try {
    const module = await definition.load?.();
    const code = await module?.run(args, options, commandContext(options, signal));
    return code ?? exitCode.ok;
  } catch (error) {
    if (!signal.aborted) return tell(error, options);
    // What fails behind an abort is its consequence; it would only hide the reason.
    if (options.verbose && !options.json) tell(error, options);
    return tell(interruptedError(signal, definition.interrupted), options);
  }
}

/** Everything that `lab WORDS` does, up to the exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  // The question of a shell's Tab key; see completion-scripts.ts.
  if (argv[0] === 'complete' && argv[1] === '--') {
    const { complete } = await import('./completion.ts');
    return complete(argv.slice(2));
  }
  let chosen: Chosen | undefined;
  try {
    chosen = parseCommandLine(argv);
  } catch (error) {
    return tell(error, flagsIn(argv));
  }
  return chosen ? runChosen(chosen) : exitCode.ok;
}
