import { CniError, cniCode, errorAnswer, type CniAnswer } from '../cni/error.ts';
import { parseCall, supportedVersions, type Call, type CniRequest } from '../cni/request.ts';
import { answerOf } from '../cni/result.ts';
import { add } from './add.ts';
import { check } from './check.ts';
import type { AgentContext } from './context.ts';
import { del } from './del.ts';
import { gc } from './gc.ts';

/** STATUS: can a pod be started now? */
function status({ problem }: AgentContext): CniAnswer {
  const reason = problem();
  if (reason === undefined) return answerOf();
  throw new CniError(cniCode.notAvailable, 'labnet is not ready on this node', reason);
}

function carryOut(context: AgentContext, request: CniRequest, call: Call): Promise<CniAnswer> {
  switch (request.command) {
    case 'ADD':
      return add(context, request, call);
    case 'DEL':
      return del(context, request);
    case 'CHECK':
      return check(context, request);
    case 'GC':
      return gc(context, request);
    case 'STATUS':
      return Promise.resolve(status(context));
  }
}

/** The version that an error is told in, also when the configuration could not be read. */
function versionOf(stdin: string): string {
  try {
    const { cniVersion } = JSON.parse(stdin) as { cniVersion?: unknown };
    if (typeof cniVersion === 'string') return cniVersion;
  } catch {
    // Told as the error of the call itself.
  }
  return supportedVersions.at(-1) ?? '';
}

export interface Answered {
  command: string;
  answer: CniAnswer;
}

/** Answers one call; never throws. */
export async function answerTo(context: AgentContext, call: Call): Promise<Answered> {
  const command = call.env['CNI_COMMAND'] ?? '';
  try {
    const request = parseCall(call);
    return { command, answer: await carryOut(context, request, call) };
  } catch (error) {
    return { command, answer: errorAnswer(versionOf(call.stdin), error) };
  }
}
