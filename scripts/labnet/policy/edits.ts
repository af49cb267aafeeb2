import type { Direction, Pod, Policy, PolicyRule, World } from './model.ts';
import type { Labels, Requirement } from './selector.ts';

/** A change of a world, and the words for it. */
export interface Edit {
  text: string;
  world: World;
}

export function replacePolicy(world: World, old: Policy, policy?: Policy): World {
  const policies = world.policies.flatMap((one) => (one === old ? (policy ?? []) : one));
  return { ...world, policies };
}

/** With this rule in place of the one there; the place after the last adds one, no rule removes it. */
export function replaceRule(
  world: World,
  policy: Policy,
  direction: Direction,
  place: number,
  rule?: PolicyRule,
): World {
  const rules = (policy[direction] ?? []).toSpliced(place, 1, ...(rule ? [rule] : []));
  return replacePolicy(world, policy, { ...policy, [direction]: rules });
}

export function relabelPod(world: World, pod: Pod, labels: Labels): World {
  return { ...world, pods: world.pods.map((one) => (one === pod ? { ...one, labels } : one)) };
}

export function relabelNamespace(world: World, name: string, labels: Labels): World {
  const namespaces = world.namespaces.map((one) => (one.name === name ? { name, labels } : one));
  return { ...world, namespaces };
}

/** Labels that meet these requirements, and in words what to do with `who` to get there. */
export function relabel(
  who: string,
  labels: Labels,
  unmet: readonly Requirement[],
): { labels: Labels; words: string } {
  const changed: Record<string, string> = { ...labels };
  const words = unmet.map(({ key, operator, values: [value = 'yes'] = [] }) => {
    if (operator === 'In' || operator === 'Exists') {
      changed[key] = value;
      return `give ${who} the label ${key}=${value}`;
    }
    delete changed[key];
    return `take from ${who} the label ${key}`;
  });
  return { labels: changed, words: words.join(' and ') };
}
