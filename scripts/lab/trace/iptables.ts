import type { Step } from './nft-trace.ts';

/** A rule as iptables-save has it. */
export interface IptablesRule {
  text: string;
  comment?: string;
}

const targets: readonly (readonly [nft: RegExp, target: string])[] = [
  [/\bdnat\b/, 'DNAT'],
  [/\bmasquerade\b/, 'MASQUERADE'],
  [/\bsnat\b/, 'SNAT'],
  [/\breject\b/i, 'REJECT'],
];

function targetOf({ rule = '', verdict }: Step): string {
  const jump = /^(?:jump|goto) (\S+)$/.exec(verdict)?.[1];
  if (jump !== undefined) return jump;
  return targets.find(([nft]) => nft.test(rule))?.[1] ?? verdict.toUpperCase();
}

/** The lines of one table. */
function tableOf(save: readonly string[], name: string): readonly string[] {
  const begin = save.indexOf(`*${name}`);
  const end = save.indexOf('COMMIT', begin);
  return begin < 0 ? [] : save.slice(begin, end);
}

/**
 * The rule of iptables that a traced one is: nft knows nothing of the comments in them. Chain and target must be the
 * same, and of several the one that has most of the traced rule's addresses and ports.
 */
export function iptablesRule(save: readonly string[], step: Step): IptablesRule | undefined {
  const [family, name = ''] = step.table.split(' ');
  if (family !== 'ip' || step.rule === undefined) return undefined;
  const target = targetOf(step);
  const numbers = step.rule.match(/\d+(\.\d+)*/g) ?? [];
  const [best] = tableOf(save, name)
    .filter((line) => line.startsWith(`-A ${step.chain} `))
    .filter((line) => new RegExp(` -[jg] ${target}( |$)`).test(line))
    .map((text) => ({ text, fits: numbers.filter((number) => text.includes(number)).length }))
    .sort((a, b) => b.fits - a.fits);
  if (!best) return undefined;
  const comment = /--comment (?:"([^"]*)"|(\S+))/.exec(best.text);
  const said = comment?.[1] ?? comment?.[2];
  return { text: best.text, ...(said === undefined ? {} : { comment: said }) };
}

/** Where a rule stands, what it says, and what its author wrote beside it. */
export function ruleText(save: readonly string[], step: Step): { text: string; comment?: string } {
  const known = iptablesRule(save, step);
  if (known) return known;
  const { rule, verdict, comment } = step;
  const text = rule ?? `policy ${verdict}`;
  return { text, ...(comment === undefined ? {} : { comment }) };
}

/** The command that shows the chain. */
export function showChain(save: readonly string[], step: Step): string {
  const { table, chain } = step;
  const [family, name = ''] = table.split(' ');
  const ofIptables = family === 'ip' && tableOf(save, name).some((line) => line.includes(chain));
  return ofIptables ? `iptables -t ${name} -S ${chain}` : `nft list chain ${table} ${chain}`;
}
