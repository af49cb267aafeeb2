import { environmentSpec, rememberFlags } from '../../lab/config.ts';
import { requireSnapshot } from '../../lab/snapshot/store.ts';
import type { CommandContext } from '../context.ts';
import { goBack } from '../go-back.ts';
import { say } from '../print.ts';
import { withEnvironment } from '../run-steps.ts';

/** `lab snapshot restore NAME`: the whole lab as it was when it was saved. */
export async function run(
  [name = '']: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const spec = environmentSpec(await context.loadConfig());
  const snapshot = await requireSnapshot(spec, name);
  // What is configured from now on is what is there.
  const config = await context.loadConfig({ cni: snapshot.cni });
  await withEnvironment(config, `lab snapshot restore ${name}`, async (environment) => {
    await rememberFlags(config.name, config.flags);
    await goBack(environment, snapshot, context);
    if (!context.json) say(`The lab is as it was when "${name}" was saved.`);
  });
}
