import { usageError } from '../../base/errors.ts';
import { findClean } from '../../lab/snapshot/store.ts';
import type { CommandContext } from '../context.ts';
import { goBack } from '../go-back.ts';
import { say } from '../print.ts';
import { withEnvironment } from '../run-steps.ts';

/** `lab reset`: back to the lab as `lab up` made it. */
export async function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const config = await context.loadConfig();
  await withEnvironment(config, 'lab reset', async (environment) => {
    const snapshot = await findClean(environment.spec, config.cni.name);
    if (!snapshot) {
      throw usageError('no-clean-snapshot', `there is no clean snapshot with ${config.cni.name}`, {
        why: 'lab up takes it when it makes a lab from nothing all the way',
        hint: 'lab down && lab up --fresh',
      });
    }
    await goBack(environment, snapshot, context);
    if (!context.json) say('The lab is as lab up made it.');
  });
}
