import { onNode, type Cause } from './cause.ts';
import { lookOf, type Evidence, type Leg } from './evidence.ts';
import { ruleText, showChain } from './iptables.ts';
import { isDrop, isWrapping, type Pass, type Step } from './nft-trace.ts';

function why({ table }: Step, { packets: [first] }: Pass, comment: string | undefined): string {
  const said = comment === undefined ? '' : `: ${comment}`;
  if (comment !== undefined && /has no endpoints/.test(comment)) {
    return `${comment.split(' ')[0]} has no endpoints, so there is no pod to send it to`;
  }
  if (/policy/.test(table)) return `a network policy forbids it${said}`;
  if (first && isWrapping(first)) return `it drops what other nodes send through the tunnel${said}`;
  return `it drops this packet${said}`;
}

/** The rule that ended the packet's way, if there is one. */
export function droppedByRule(evidence: Evidence, { trip }: Leg): Cause | undefined {
  for (const pass of trip.passes) {
    const step = pass.steps.find(isDrop);
    if (!step) continue;
    const { iptables } = lookOf(evidence, pass.node);
    const { text, comment } = ruleText(iptables, step);
    const nothing = step.rule === undefined;
    return {
      id: 'rule',
      node: pass.node,
      where: `table ${step.table}, chain ${step.chain}`,
      by: comment === undefined || text.includes(comment) ? text : `${text} "${comment}"`,
      why: nothing
        ? 'no rule of this chain let it through, and what is left is dropped'
        : why(step, pass, comment),
      next: onNode(pass.node, showChain(iptables, step)),
    };
  }
  return undefined;
}
