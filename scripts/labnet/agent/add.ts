import { CniError, cniCode, type CniAnswer } from '../cni/error.ts';
import type { Call, CniRequest } from '../cni/request.ts';
import { answerOf } from '../cni/result.ts';
import { nextAddress } from '../ipam/range.ts';
import { run } from '../plan/run.ts';
import { attachmentFor, attachmentPlan, attachmentResult } from './attachment.ts';
import { callPath, writeCall } from './calls.ts';
import type { AgentContext } from './context.ts';
import { attachmentKey } from './state.ts';

/** Takes an address and notes the attachment, without a pause in between: two calls never get the same one. */
function begin({ state, problem }: AgentContext, request: CniRequest): string {
  const reason = problem();
  if (reason !== undefined || !state.facts) {
    throw new CniError(cniCode.tryAgainLater, 'labnet is not ready on this node', reason);
  }
  const key = attachmentKey(request.containerId, request.ifName);
  if (state.attachments[key]) {
    const text = `${request.ifName} of container ${request.containerId} is connected already`;
    throw new CniError(cniCode.alreadyAttached, text, 'ADD comes once; DEL takes it back');
  }
  const taken = Object.values(state.attachments).map(({ wiring }) => wiring.address);
  const { address, number } = nextAddress(state.facts.range, new Set(taken), state.last);
  state.attachments[key] = attachmentFor(request, state.facts, address);
  state.last = number;
  return key;
}

/**
 * ADD: an address, the pod's link, its host ports and the policies that select it, in this order. The intention is on
 * disk before anything is done, so that a killed agent finds and undoes the half of it.
 * @throws CniError; then nothing of it is left.
 */
export async function add(
  context: AgentContext,
  request: CniRequest,
  call: Call,
): Promise<CniAnswer> {
  const start = performance.now();
  const { state, exec, policy, folder } = context;
  const key = begin(context, request);
  const attachment = state.attachments[key];
  if (!attachment) throw new Error(`no attachment ${key}`);
  try {
    await context.save();
    const { pod, wiring } = attachment;
    const rules = pod && policy ? await policy.planFor(pod, wiring.address) : [];
    // Rules come first: a pod must not send a packet before they are in force.
    const timings = await run([...rules, ...attachmentPlan(attachment)], exec);
    attachment.done = true;
    await context.save();
    const result = attachmentResult(request.config.cniVersion, attachment);
    const ms = performance.now() - start;
    const record = { at: new Date().toISOString(), ...call, timings, ms, result };
    writeCall(callPath(folder, request.containerId, request.ifName), record).catch(
      (error: unknown) => context.log(`the record of this call was not kept: ${String(error)}`),
    );
    return answerOf(result);
  } catch (error) {
    Reflect.deleteProperty(state.attachments, key);
    await context.save();
    throw error;
  }
}
