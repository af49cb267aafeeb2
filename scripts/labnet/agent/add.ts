import { CniError, cniCode, type CniAnswer } from '../cni/error.ts';
import type { Call, CniRequest } from '../cni/request.ts';
import { answerOf } from '../cni/result.ts';
import { run } from '../plan/run.ts';
import { linkNameFor } from '../pod/drivers.ts';
import { nextGiven, noteGiven } from './addresses.ts';
import { attachmentFor, attachmentPlan, attachmentResult } from './attachment.ts';
import { callPath, writeCall } from './calls.ts';
import type { AgentContext } from './context.ts';
import { detach } from './del.ts';
import { attachmentKey, type AttachmentState } from './state.ts';

/** Notes the attachment with its address, without a pause in between: two calls never get the same one. */
function note(
  { state, problem }: AgentContext,
  request: CniRequest,
): { key: string; before?: AttachmentState } {
  const reason = problem();
  if (reason !== undefined || !state.facts) {
    throw new CniError(cniCode.tryAgainLater, 'labnet is not ready on this node', reason);
  }
  const key = attachmentKey(request.containerId, request.ifName);
  if (state.attachments[key]) {
    const text = `${request.ifName} of container ${request.containerId} is connected already`;
    throw new CniError(cniCode.alreadyAttached, text, 'ADD comes once; DEL takes it back');
  }
  const hostLink = linkNameFor(state.facts, request);
  const before = Object.values(state.attachments).find((one) => one.wiring.hostLink === hostLink);
  if (before?.done === false) {
    const text = `${before.wiring.label} is being connected for another container`;
    throw new CniError(cniCode.tryAgainLater, text);
  }
  if (before) return { key, before };
  const given = nextGiven(state, state.facts);
  state.attachments[key] = attachmentFor(request, state.facts, given);
  noteGiven(state, state.facts, given);
  return { key };
}

/**
 * In the mode vpc, a link has its pod's name, and the new pod of a StatefulSet that of the old one, whose DEL may still
 * be to come: the old one goes first, as in AWS, and with it its record, so that its DEL finds nothing to do.
 */
async function begin(context: AgentContext, request: CniRequest): Promise<string> {
  let grown = false;
  for (;;) {
    try {
      const { key, before } = note(context, request);
      if (!before) return key;
      await detach(context, before.containerId, before.ifName);
    } catch (error) {
      const full = error instanceof CniError && error.code === cniCode.rangeFull;
      if (!full || grown || !context.grow) throw error;
      grown = true;
      await context.grow();
    }
  }
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
  const key = await begin(context, request);
  const attachment = state.attachments[key];
  if (!attachment) throw new Error(`no attachment ${key}`);
  try {
    await context.save();
    const { pod, wiring } = attachment;
    const rules = pod && policy ? await policy.planFor(pod, wiring.address) : [];
    // Rules are in force before the pod's end is switched on: it must not send a packet without them.
    const timings = await run([...rules, ...attachmentPlan(attachment)], exec);
    policy?.settled(wiring.address, true);
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
    policy?.settled(attachment.wiring.address, false);
    await context.save();
    throw error;
  }
}
