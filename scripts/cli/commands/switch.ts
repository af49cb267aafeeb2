import { rememberFlags } from '../../lab/config.ts';
import { cleanName, findClean } from '../../lab/snapshot/store.ts';
import { switchStages } from '../../lab/snapshot/switch.ts';
import { requireCni } from '../cni-name.ts';
import type { CommandContext } from '../context.ts';
import { goBack } from '../go-back.ts';
import { json, say } from '../print.ts';
import { runSteps, withEnvironment } from '../run-steps.ts';

/** `lab switch CNI`: the clean lab with that pod network; made the first time, restored from then on. */
export async function run(
  [wanted = '']: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const cni = requireCni(wanted, 'lab switch --help');
  const config = await context.loadConfig({ cni });
  await withEnvironment(config, `lab switch ${cni}`, async (environment) => {
    const { spec } = environment;
    const snapshot = await findClean(spec, cni);
    if (snapshot) {
      await rememberFlags(config.name, config.flags);
      await goBack(environment, snapshot, context);
    } else {
      const done = await runSteps(switchStages(environment), environment, context);
      if (context.json) json({ name: config.name, snapshot: cleanName(cni), ...done });
    }
    if (!context.json) say(`The lab is clean, with ${cni === 'none' ? 'no pod network' : cni}.`);
  });
}
