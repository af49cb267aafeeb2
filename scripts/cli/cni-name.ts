import { usageError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import { cniNames, type CniName } from '../cluster/cni/names.ts';

/**
 * The pod network that a word names.
 * @param known What a suggestion may name.
 * @throws LabError `unknown-cni`
 */
export function requireCni(
  word: string,
  hint: string,
  known: readonly CniName[] = cniNames,
): CniName {
  const found = cniNames.find((name) => name === word);
  if (found) return found;
  const why = suggest(word, known);
  throw usageError('unknown-cni', `there is no pod network "${word}"`, { why, hint });
}
