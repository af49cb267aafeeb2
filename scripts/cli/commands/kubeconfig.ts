import { readFile } from 'node:fs/promises';
import { environmentSpec } from '../../lab/config.ts';
import { requireKubeconfig } from '../../lab/kubeconfig.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';

/** `lab kubeconfig`: the path for $(…), or the file itself. */
export async function run(
  _args: readonly string[],
  { print }: { print?: boolean },
  context: CommandContext,
): Promise<void> {
  // Needs no engine: scripts ask for it again and again.
  const path = await requireKubeconfig({ spec: environmentSpec(await context.loadConfig()) });
  if (print) {
    const text = await readFile(path, 'utf8');
    if (context.json) json({ path, text });
    else process.stdout.write(text);
  } else if (context.json) json({ path });
  else say(path);
}
