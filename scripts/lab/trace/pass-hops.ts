import { answerTo, forwarded, routeOfPass } from './ask.ts';
import { lookOf, type Evidence, type Leg } from './evidence.ts';
import { teller, type Hop, type Tell } from './hop.ts';
import { ruleText } from './iptables.ts';
import { changesIn, type Change, type Pass, type Step } from './nft-trace.ts';
import { packetText, sourceOf, targetOf } from './packet.ts';
import { routeText } from './route.ts';

/** The rule that translated; before it those that tell which service it was for, as kube-proxy notes beside them. */
function translators(evidence: Evidence, { node, steps }: Pass, by: Step | undefined): string[] {
  if (!by) return ['conntrack remembers the connection and translates it back'];
  const { iptables } = lookOf(evidence, node);
  const line = (step: Step): string => {
    const { text, comment } = ruleText(iptables, step);
    return ruleLine(step, text, comment);
  };
  const leading = /^\S+ KUBE-(SERVICES|NODEPORTS|SVC-|EXT-)/;
  const chosen = steps
    .slice(0, steps.indexOf(by))
    .filter(({ chain, verdict }) => leading.test(`- ${chain}`) && !/KUBE-MARK-/.test(verdict));
  return [...(/\bdnat\b/.test(by.rule ?? '') ? chosen : []), by].map(line);
}

function ruleLine({ table, chain }: Step, text: string, comment: string | undefined): string {
  // What iptables-save says names its chain, and its comment, itself.
  if (text.startsWith('-A ')) return `${table}: ${text}`;
  return `${table} ${chain}: ${text}${comment === undefined ? '' : ` "${comment}"`}`;
}

function changeHop(evidence: Evidence, leg: Leg, pass: Pass, change: Change): Hop {
  const { before, after, by } = change;
  const told = translators(evidence, pass, by);
  const tell = teller(leg, pass.node, packetText(after));
  if (targetOf(before) !== targetOf(after)) {
    return tell('service', `${targetOf(before)} becomes ${targetOf(after)}`, told);
  }
  const what = `the sender ${sourceOf(before)} becomes ${sourceOf(after)}`;
  return tell('service', what, told);
}

/** Rules that decided: what only led to other chains is left out. */
function decisions(evidence: Evidence, tell: Tell, { node, steps }: Pass): Hop[] {
  const { iptables } = lookOf(evidence, node);
  return steps
    .filter(({ rule, verdict }) =>
      rule === undefined ? verdict === 'drop' : /^(accept|drop)$/.test(verdict),
    )
    .filter(({ rule = '' }) => !/\b(dnat|snat|masquerade|redirect)\b/.test(rule))
    .map((step) => {
      const { text, comment } = ruleText(iptables, step);
      const does = step.verdict === 'accept' ? 'lets it through' : 'drops it';
      return tell('rule', `${step.table} ${step.chain} ${does}`, [ruleLine(step, text, comment)]);
    });
}

/** What happens before a packet is routed: on a bridge this comes before the bridge hands it up. */
export function arrivalHops(evidence: Evidence, leg: Leg, pass: Pass): Hop[] {
  return changesIn(pass)
    .filter(({ before, after }) => targetOf(before) !== targetOf(after))
    .map((change) => changeHop(evidence, leg, pass, change));
}

/** Where it is sent, which rules had a say, and whose name it leaves under. */
export function passHops(evidence: Evidence, leg: Leg, pass: Pass): Hop[] {
  const [first] = pass.packets;
  if (!first) return [];
  const found = forwarded(pass);
  const tell = teller(leg, pass.node, packetText(found?.packet ?? first));
  // Only what was routed has a link to leave by.
  const asked = found && pass.oif !== undefined ? routeOfPass(pass) : undefined;
  const route = answerTo(evidence, asked)?.route;
  const sent =
    route && asked
      ? [
          tell('route', `the node routes it: ${routeText(route)}`, [
            `ip route get ${asked.question.dst}`,
          ]),
        ]
      : [];
  const changes = changesIn(pass)
    .filter(({ before, after }) => targetOf(before) === targetOf(after))
    .map((change) => changeHop(evidence, leg, pass, change));
  return [...sent, ...decisions(evidence, tell, pass), ...changes];
}
