import type { Node } from '../nodes/node.ts';
import { runGuest } from '../nodes/guest/script.ts';
import type { Digests } from './digest.ts';

/** What a sandbox consists of: namespaces with their links, addresses and routes, files, containers. */
export async function sandboxDigests(node: Node): Promise<Digests> {
  const { stdout } = await runGuest(node, 'sandbox-state.sh', []);
  const exact = new Map<string, string>();
  const stable = new Map<string, string>();
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [kind, name = '', value = ''] = line.split('\t');
    const text = JSON.stringify(value);
    exact.set(name, text);
    if (kind === 'stable') stable.set(name, text);
  }
  return { exact, stable };
}
