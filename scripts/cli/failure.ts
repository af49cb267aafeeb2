import { exitCode, LabError, messageOf } from '../base/errors.ts';
import { paint } from './print.ts';
import type { Screen } from './print.ts';

/** Errors of the operating system that are the machine's state, not a bug, with what to do. */
const systemErrors: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'df -h shows which; free some space and try again'],
  EDQUOT: ['your disk quota is used up', 'free some space and try again'],
  EROFS: ['the file system is read-only', 'use another folder: LAB_STATE_DIR, LAB_CACHE_DIR'],
  EACCES: ['this user may not do that', 'try again with sudo, or correct the owner of the file'],
  EPERM: ['this user may not do that', 'try again with sudo'],
  EMFILE: ['too many files are open', 'raise the limit with: ulimit -n 4096'],
};

/** A failure of the machine as an error that the user can act on; everything else as it is. */
function understood(error: unknown): unknown {
  if (error instanceof LabError || !(error instanceof Error)) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  const known = syscall === undefined ? undefined : systemErrors[code ?? ''];
  if (!known) return error;
  return new LabError('system', error.message, { why: known[0], hint: known[1], cause: error });
}

export function exitCodeOf(thrown: unknown): number {
  const error = understood(thrown);
  return error instanceof LabError ? error.exit : exitCode.bug;
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

interface FailureOptions {
  /** Add stacks. */
  verbose: boolean;
  screen: Screen;
}

/** What a person reads: what, why, the evidence, what to type next. */
export function failureText(thrown: unknown, { verbose, screen }: FailureOptions): string {
  const error = understood(thrown);
  const label = paint('red', 'error:', screen);
  if (!(error instanceof LabError)) {
    return [
      `${label} ${messageOf(error)}`,
      '  why:  this is a bug of lab, not your mistake',
      indent(stackOf(error)),
      '  next: please report it with the lines above and what you typed',
    ].join('\n');
  }
  const { message, why, details, hint, cause } = error;
  return [
    `${label} ${message}`,
    why === undefined ? [] : `  why:  ${why}`,
    details === undefined || details === '' ? [] : indent(details),
    hint === undefined ? [] : `  next: ${paint('bold', hint, screen)}`,
    verbose ? indent(stackOf(error)) : [],
    verbose && cause !== undefined ? indent(`caused by ${stackOf(cause)}`) : [],
  ]
    .flat()
    .join('\n');
}

/** What a script reads on stdout with --json. */
interface FailureJson {
  error: { code: string; message: string; why?: string; hint?: string; details?: string };
}

export function failureJson(thrown: unknown): FailureJson {
  const error = understood(thrown);
  if (!(error instanceof LabError)) {
    return { error: { code: 'bug', message: messageOf(error), details: stackOf(error) } };
  }
  const { code, message, why, hint, details } = error;
  return { error: { code, message, why, hint, details } };
}
