import type { SeenRule } from '../plan/seen.ts';
import type { Plan } from '../plan/step.ts';
import { podRules } from '../pod/routed.ts';
import { eniLink, eniLinkPattern } from '../vpc/names.ts';
import { strayRules, worldRule } from '../vpc/rules.ts';
import { unknownLink } from './del.ts';
import type { AgentState } from './state.ts';

/** ENIs that the pool does not know: of an agent that was killed while it attached or detached one. */
export function strayEnis({ pool }: AgentState, links: ReadonlySet<string>): Plan {
  const known = new Set(pool?.enis.map(({ device }) => eniLink(device)));
  return [...links]
    .filter((name) => eniLinkPattern.test(name) && !known.has(name))
    .map(unknownLink);
}

/** Rules for pods that are gone, and in another mode than vpc the one for the world. */
export function strayPodRules(
  { attachments, facts }: AgentState,
  rules: readonly SeenRule[],
): Plan {
  const wanted = Object.values(attachments).flatMap(({ wiring }) =>
    wiring.kind === 'routed' ? podRules(wiring) : [],
  );
  return strayRules(rules, facts?.mode === 'vpc' ? [...wanted, worldRule] : wanted);
}
