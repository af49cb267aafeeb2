/** Exit codes of `lab`, the same for every command. */
export const exitCode = {
  ok: 0,
  /** The lab or the exercise failed: a step did not work, or an answer is not complete. */
  failed: 1,
  /** The user asked for something that cannot be: unknown name, bad lab.yaml, missing root. */
  usage: 2,
  /** Grading itself failed: the lab is broken, so no score was given. */
  gradingError: 3,
  /** A bug of this program. */
  bug: 70,
  interrupted: 130,
} as const;

export interface LabErrorOptions {
  /** Why it happened, in a sentence. */
  why?: string;
  /** What to type next. */
  hint?: string;
  /** Longer evidence, such as the last lines of a failed command. */
  details?: string;
  exit?: number;
  cause?: unknown;
}

/**
 * An error that the user can act on. Printed as: what (with where), why, details, what to type next.
 * Anything else that is thrown counts as a bug and is printed with its stack.
 */
export class LabError extends Error {
  readonly code: string;
  readonly why: string | undefined;
  readonly hint: string | undefined;
  readonly details: string | undefined;
  readonly exit: number;

  constructor(code: string, message: string, options: LabErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LabError';
    this.code = code;
    this.why = options.why;
    this.hint = options.hint;
    this.details = options.details;
    this.exit = options.exit ?? exitCode.failed;
  }
}

/** A mistake in what the user typed or wrote; exit code 2. */
export function usageError(code: string, message: string, options: LabErrorOptions = {}): LabError {
  return new LabError(code, message, { exit: exitCode.usage, ...options });
}

/** The text of any thrown value, in one line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
