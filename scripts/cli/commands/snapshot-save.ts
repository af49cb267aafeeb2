import { usageError } from '../../base/errors.ts';
import { exercisesSetUp } from '../../exercises/restored.ts';
import { requireRunning } from '../../lab/environment.ts';
import { saveStages } from '../../lab/snapshot/save.ts';
import { listSnapshots, requireName, requireSnapshot } from '../../lab/snapshot/store.ts';
import type { CommandContext } from '../context.ts';
import { progressOf } from '../lab-progress.ts';
import { json, say } from '../print.ts';
import { runSteps, withEnvironment } from '../run-steps.ts';
import { sizeText } from '../size.ts';

/** `lab snapshot save NAME`: keeps the lab as it is now. */
export async function run(
  [name = '']: readonly string[],
  { replace = false }: { replace?: boolean },
  context: CommandContext,
): Promise<void> {
  requireName(name);
  const config = await context.loadConfig();
  await withEnvironment(config, `lab snapshot save ${name}`, async (environment) => {
    const { spec } = environment;
    await requireRunning(environment);
    if (!replace && (await listSnapshots(spec)).some((one) => one.name === name)) {
      throw usageError('snapshot-exists', `there is a snapshot "${name}" already`, {
        hint: `lab snapshot save ${name} --replace, or choose another name`,
      });
    }
    const exercises = await exercisesSetUp(progressOf(spec));
    const done = await runSteps(saveStages({ name, exercises }), environment, context);
    const snapshot = await requireSnapshot(spec, name);
    if (context.json) return json({ ...snapshot, ...done });
    say(
      `Saved as "${name}" (${sizeText(snapshot.bytes)}). Back to it: lab snapshot restore ${name}`,
    );
  });
}
