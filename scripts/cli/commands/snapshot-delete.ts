import { environmentSpec } from '../../lab/config.ts';
import { withLock } from '../../lab/lock.ts';
import { deleteSnapshot, requireSnapshot } from '../../lab/snapshot/store.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';

/** `lab snapshot delete NAME`. */
export async function run(
  [name = '']: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const spec = environmentSpec(await context.loadConfig());
  await requireSnapshot(spec, name);
  await withLock(spec.stateDir, `lab snapshot delete ${name}`, () => deleteSnapshot(spec, name));
  if (context.json) json({ deleted: name });
  else say(`"${name}" is deleted.`);
}
