import { environmentSpec } from '../../lab/config.ts';
import { listSnapshots } from '../../lab/snapshot/store.ts';
import type { CommandContext } from '../context.ts';
import { json, say, table } from '../print.ts';
import { sizeText } from '../size.ts';

/** `lab snapshot list`: the newest first. */
export async function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const snapshots = await listSnapshots(environmentSpec(await context.loadConfig()));
  if (context.json) return json({ snapshots });
  if (snapshots.length === 0)
    return say('There is no snapshot. lab up takes one; lab snapshot save NAME another.');
  const rows = snapshots.map(({ name, created, cni, bytes, exercises }) => [
    name,
    created.slice(0, 16).replace('T', ' '),
    cni,
    sizeText(bytes),
    Object.keys(exercises).join(', '),
  ]);
  say(table(['NAME', 'SAVED (UTC)', 'NETWORK', 'SIZE', 'EXERCISES SET UP'], rows));
}
