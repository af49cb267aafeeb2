import { routeProtocol } from '../config.ts';
import type { Seen, SeenRule } from '../plan/seen.ts';
import type { Step } from '../plan/step.ts';

/** An `ip rule`: which table packets with this property are looked up in. */
export interface Rule {
  /** AWS's numbers; the smallest comes first. */
  priority: 512 | 1024 | 1536;
  /** As in `ip rule`: ["to", "10.244.1.8"]. */
  selector: readonly [kind: 'to' | 'from' | 'fwmark', value: string];
  table: string;
}

/** Set on packets that leave for the world outside; AWS's bit. */
export const worldMark = '0x80';
export const worldRule: Rule = {
  priority: 1024,
  selector: ['fwmark', `${worldMark}/${worldMark}`],
  table: 'main',
};

/** Our protocol number marks rules as it marks routes, so that only our own are ever taken away. */
function words({ priority, selector, table }: Rule): string[] {
  const way = ['lookup', table, 'priority', String(priority), 'protocol', routeProtocol];
  return [...selector, ...way];
}

function selectorOf({ src, dst, fwmark }: SeenRule): Rule['selector'] {
  if (fwmark !== undefined) return ['fwmark', `${fwmark}/${fwmark}`];
  return dst === undefined ? ['from', src] : ['to', dst];
}

/** One text for what is to be and what is there. */
function textOf({ priority, selector, table }: Rule): string {
  return [priority, ...selector, table].join(' ');
}

function seenText({ priority, table = '', ...rest }: SeenRule): string {
  return [priority, ...selectorOf({ priority, ...rest }), table].join(' ');
}

/** Rules outlive links and namespaces, so each has its own undo. */
export function ruleStep(id: string, why: string, rule: Rule): Step {
  const { priority, selector, table } = rule;
  return {
    id,
    why,
    command: { tool: 'ip', words: ['rule', 'add', ...words(rule)] },
    undo: { tool: 'ip', words: ['rule', 'delete', ...words(rule)] },
    verify: {
      show: 'ip rule show',
      problem: ({ node }: Seen) =>
        node.rules.some((seen) => seenText(seen) === textOf(rule))
          ? undefined
          : `the rule ${priority}: ${selector.join(' ')} lookup ${table} is gone`,
    },
  };
}

/** Steps whose undo takes away what is there of our rules and should not be. */
export function strayRules(seen: readonly SeenRule[], wanted: readonly Rule[]): Step[] {
  const known = new Set(wanted.map(textOf));
  return seen
    .filter((rule) => rule.protocol === routeProtocol && !known.has(seenText(rule)))
    .map((rule) => {
      const { priority, table = 'main' } = rule;
      const stray = { priority: priority as Rule['priority'], selector: selectorOf(rule), table };
      return ruleStep('stray-rule', `No pod has ${selectorOf(rule).join(' ')}.`, stray);
    });
}
