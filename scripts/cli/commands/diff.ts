import { LabError } from '../../base/errors.ts';
import { diffSince } from '../../lab/diff/since.ts';
import { cleanName, requireSnapshot } from '../../lab/snapshot/store.ts';
import { changesText } from '../changes-text.ts';
import type { CommandContext } from '../context.ts';
import { json, paint, say } from '../print.ts';
import { withRunning } from '../running.ts';

/** `lab diff [SNAPSHOT]`: what has changed since; exit code 1 when something has. */
export async function run(
  [wanted]: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<number> {
  const config = await context.loadConfig();
  const name = wanted ?? cleanName(config.cni.name);
  return withRunning(config, async (environment) => {
    const snapshot = await requireSnapshot(environment.spec, name).catch((error: LabError) => {
      if (wanted !== undefined) throw error;
      throw new LabError('no-clean-snapshot', 'there is nothing to compare the lab with', {
        why: 'lab up takes a clean snapshot when it makes a lab from nothing all the way',
        hint: 'lab diff SNAPSHOT, with a name from lab snapshot list',
      });
    });
    if (!context.json && process.stderr.isTTY)
      say(paint('dim', 'looking at all nodes …'), process.stderr);
    const changes = await diffSince(environment, snapshot, context.signal);
    if (context.json) json({ snapshot: name, changes });
    else if (changes.length === 0) say(`Nothing has changed since ${name} was saved.`);
    else say(changesText(changes));
    return changes.length === 0 ? 0 : 1;
  });
}
