import { CniError, cniCode, type CniAnswer } from '../cni/error.ts';
import type { CniRequest } from '../cni/request.ts';
import { answerOf } from '../cni/result.ts';
import { reachOf } from '../pod/drivers.ts';
import { lookAt, problemsOf } from '../plan/look.ts';
import { attachmentPlan } from './attachment.ts';
import type { AgentContext } from './context.ts';
import { attachmentKey } from './state.ts';

/** The addresses that the runtime believes the pod has. */
function believed(prevResult: unknown): string[] {
  const { ips } = (prevResult ?? {}) as { ips?: { address?: string }[] };
  return (ips ?? []).map(({ address }) => address ?? '');
}

/**
 * CHECK: every step of the pod's plan is verified against the kernel.
 * @throws CniError 3 for an unknown container, 103 naming each step that does not hold, and how to see it.
 */
export async function check(context: AgentContext, request: CniRequest): Promise<CniAnswer> {
  const { containerId, ifName, config } = request;
  const attachment = context.state.attachments[attachmentKey(containerId, ifName)];
  if (!attachment?.done) {
    const text = `${ifName} of container ${containerId} is not connected by labnet`;
    throw new CniError(cniCode.unknownContainer, text);
  }
  const { wiring } = attachment;
  const address = `${wiring.address}/${reachOf(wiring).prefix}`;
  const others = believed(config.prevResult).filter((one) => one !== address);
  const [node, pod] = await Promise.all([
    lookAt(context.exec),
    lookAt(context.exec, wiring.netns).catch(() => undefined),
  ]);
  const found = problemsOf(attachmentPlan(attachment), { node, ...(pod ? { pod } : {}) });
  const problems = [
    ...others.map((one) => `the runtime believes in ${one}, and the pod was given ${address}`),
    ...found.map(({ step, problem, show }) => `${step}: ${problem}   (${show})`),
  ];
  if (problems.length === 0) return answerOf();
  throw new CniError(
    cniCode.notAsMade,
    `${ifName} of container ${containerId} is not as ADD made it`,
    problems.join('\n'),
  );
}
