import { LabError } from '../../base/errors.ts';
import type { Live } from '../live.ts';
import type { Outcome } from '../outcome.ts';
import { runAnswer } from './answer.ts';
import { runCapture } from './capture.ts';
import { runCommand } from './command.ts';
import { runDns } from './dns.ts';
import { runFile } from './file.ts';
import { runHttp } from './http.ts';
import { runNet } from './net.ts';
import { runObject } from './object.ts';
import { runProcess } from './process.ts';
import { runReach } from './reach.ts';
import type { Check } from './schema.ts';

type Kind = Check['kind'];
type Runner<K extends Kind> = (spec: Extract<Check, { kind: K }>, live: Live) => Promise<Outcome>;

/** A new kind of check: one file beside this one, a line in schema.ts, a line here. */
const runners = {
  answer: runAnswer,
  object: runObject,
  reach: runReach,
  http: runHttp,
  dns: runDns,
  net: runNet,
  file: runFile,
  process: runProcess,
  capture: runCapture,
  command: runCommand,
} satisfies { [K in Kind]: Runner<K> };

/**
 * Looks at the lab once. The texts of the check must be rendered already.
 * @throws LabError when the lab cannot be read: no verdict then.
 */
export async function runCheck(check: Check, live: Live): Promise<Outcome> {
  const run = runners[check.kind] as (spec: Check, live: Live) => Promise<Outcome>;
  try {
    return await run(check, live);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new LabError('bad-output', `A check (${check.kind}) could not read what it was given`, {
        why: error.message,
        cause: error,
      });
    }
    throw error;
  }
}
