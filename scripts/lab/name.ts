import { addressProblem } from '../base/cidr.ts';
import { usageError } from '../base/errors.ts';

/** What stands on the command line for one end of a connection. */
export type Named =
  | { kind: 'pod' | 'service'; namespace: string; name: string }
  | { kind: 'address'; address: string };

const forms = 'POD, NAMESPACE/POD, svc/SERVICE, svc/NAMESPACE/SERVICE or an address';

/**
 * @param namespace Of names that come without one.
 * @throws LabError `bad-end` for a text that is none of the forms.
 */
export function readName(text: string, namespace: string): Named {
  if (/^[\d.]+$/.test(text)) {
    const problem = addressProblem(text);
    if (problem !== undefined) throw usageError('bad-end', problem);
    return { kind: 'address', address: text };
  }
  const words = text.split('/');
  const kind = /^(svc|service|services)$/.test(words[0] ?? '') ? 'service' : 'pod';
  const own =
    words.length > 1 && (kind === 'service' || words[0] === 'pod') ? words.slice(1) : words;
  const [first = '', second] = own;
  if (own.length > 2 || own.includes('')) {
    throw usageError('bad-end', `"${text}" names nothing that can be traced`, {
      hint: `use ${forms}`,
    });
  }
  return second === undefined
    ? { kind, namespace, name: first }
    : { kind, namespace: first, name: second };
}
