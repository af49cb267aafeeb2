import type { Packet, Side } from './judge.ts';
import type { Direction } from './model.ts';
import type { Verdict } from './verdict.ts';

const exemptions = {
  'own-address': 'a pod always reaches itself',
  'own-node': 'traffic between a pod and its own node is always allowed',
};

function sideText(direction: Direction, end: string, side: Side): string[] {
  const head = `${direction} of ${end}:`;
  if (!side.isolated) return [`${head} allowed, no policy isolates it`];
  const by = `  isolated by ${side.by.join(', ')}`;
  if (side.exempt) return [`${head} allowed, ${exemptions[side.exempt]}`, by];
  if (!side.allowedBy) return [`${head} denied, no rule allows it`, by];
  return [`${head} allowed by ${side.allowedBy.policy} ${side.allowedBy.rule}`, by];
}

/** The verdict as a learner reads it, without a newline at the end. */
export function verdictText({ from, to, protocol, port }: Packet, verdict: Verdict): string {
  const { allowed, egress, ingress, flips } = verdict;
  const both = !egress.allowed && !ingress.allowed;
  const wish = allowed ? 'To deny it' : 'To allow it';
  const count = both ? 'one change for each end' : flips.length > 1 ? 'one of' : 'this';
  return [
    `${from} -> ${to} ${protocol} ${port}: ${allowed ? 'allowed' : 'denied'}`,
    ...sideText('egress', from, egress),
    ...sideText('ingress', to, ingress),
    ...(flips.length > 0 ? [`${wish}, ${count}:`] : []),
    ...flips.map(({ direction, text }) => `  ${direction}: ${text}`),
  ].join('\n');
}
