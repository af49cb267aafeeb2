import { CniError, cniCode, type CniAnswer } from '../cni/error.ts';
import type { CniRequest } from '../cni/request.ts';
import { answerOf } from '../cni/result.ts';
import { undo } from '../plan/run.ts';
import { hostLinkName } from '../pod/names.ts';
import { attachmentPlan } from './attachment.ts';
import { callPath, forgetCall } from './calls.ts';
import type { AgentContext } from './context.ts';
import { noteFreed } from './addresses.ts';
import { attachmentKey, type AgentState } from './state.ts';

/** Those that are being taken away, by key. */
const underWay = new WeakMap<AgentState, Map<string, Promise<void>>>();

/**
 * Takes an attachment away, known or not. The address is free only when the kernel has nothing of it any more. Two
 * calls for the same one share the work: the later half of one could otherwise hit what has the same name by then.
 * @throws CniError 102 naming what is left; DEL may be called again then.
 */
export async function detach(
  context: AgentContext,
  containerId: string,
  ifName: string,
): Promise<void> {
  const all = underWay.get(context.state) ?? new Map<string, Promise<void>>();
  underWay.set(context.state, all);
  const key = attachmentKey(containerId, ifName);
  const work =
    all.get(key) ?? takeAway(context, containerId, ifName).finally(() => all.delete(key));
  all.set(key, work);
  await work;
}

async function takeAway(context: AgentContext, containerId: string, ifName: string): Promise<void> {
  const { state, exec, folder } = context;
  const key = attachmentKey(containerId, ifName);
  const attachment = state.attachments[key];
  const problems = attachment
    ? await undo(attachmentPlan(attachment), exec)
    : await undo([unknownLink(hostLinkName(containerId, ifName))], exec);
  if (problems.length > 0) {
    const text = `${ifName} of container ${containerId} is not taken away completely`;
    throw new CniError(cniCode.wiringFailed, text, problems.join('\n'));
  }
  if (attachment) {
    Reflect.deleteProperty(state.attachments, key);
    noteFreed(state, attachment.wiring.address);
    await context.save();
    context.policy?.changed();
  }
  await forgetCall(callPath(folder, containerId, ifName));
}

/** A link that no attachment tells of: of a call that an earlier agent forgot. */
export function unknownLink(name: string): Parameters<typeof undo>[0][number] {
  const command = { tool: 'ip', words: ['link', 'delete', name] } as const;
  return { id: 'unknown-link', why: `Nobody knows of ${name} any more.`, command, undo: command };
}

/** DEL succeeds when nothing is left, also the second time, before any ADD, and without a namespace. */
export async function del(context: AgentContext, request: CniRequest): Promise<CniAnswer> {
  await detach(context, request.containerId, request.ifName);
  return answerOf();
}
