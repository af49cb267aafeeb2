import { usageError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';

interface Named {
  metadata: { name: string; namespace: string };
}

export interface Hints {
  /** What to type when it is in another namespace. */
  elsewhere: (namespace: string) => string;
  /** What to type when it is nowhere. */
  nowhere?: string;
}

/**
 * The object of this name.
 * @throws LabError `no-KIND` with what is near, or the namespace that it is in.
 */
export function requireNamed<T extends Named>(
  kind: string,
  { namespace, name }: Named['metadata'],
  all: readonly T[],
  hints: Hints,
): T {
  const same = all.filter(({ metadata }) => metadata.name === name);
  const found = same.find(({ metadata }) => metadata.namespace === namespace);
  if (found) return found;
  const near = all.filter(({ metadata }) => metadata.namespace === namespace);
  const elsewhere = same[0]?.metadata.namespace;
  const names = near.map(({ metadata }) => metadata.name);
  const hint = elsewhere === undefined ? hints.nowhere : hints.elsewhere(elsewhere);
  throw usageError(`no-${kind}`, `there is no ${kind} "${name}" in the namespace ${namespace}`, {
    why: elsewhere === undefined ? suggest(name, names) : `there is one in ${elsewhere}`,
    ...(hint === undefined ? {} : { hint }),
  });
}
