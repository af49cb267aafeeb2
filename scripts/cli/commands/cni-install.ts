import { usageError } from '../../base/errors.ts';
import { cniNames } from '../../cluster/cni/names.ts';
import { installStages } from '../../lab/cni.ts';
import { openEnvironment, requireRunning } from '../../lab/environment.ts';
import { withLock } from '../../lab/lock.ts';
import { requireCni } from '../cni-name.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';
import { runSteps } from '../run-steps.ts';

/** `lab cni install`: the pod network named, or the configured one, until nodes and CoreDNS are Ready. */
export async function run(
  [wanted]: readonly string[],
  options: { flannelIface?: string },
  context: CommandContext,
): Promise<void> {
  const installable = cniNames.filter((name) => name !== 'none');
  if (wanted !== undefined) requireCni(wanted, 'lab cni install --help', installable);
  const { flannelIface } = options;
  const config = await context.loadConfig({ cni: wanted, flannelIface });
  const { name } = config.cni;
  if (name === 'none') {
    throw usageError('no-cni', 'there is nothing to install: the pod network chosen is "none"', {
      hint: 'lab cni install flannel   (or lab cni remove, if you want none)',
    });
  }
  const environment = await openEnvironment(config);
  try {
    await requireRunning(environment);
    const stages = installStages(name);
    await withLock(environment.spec.stateDir, `lab cni install ${name}`, () =>
      runSteps(stages, environment, context),
    );
  } finally {
    environment.close();
  }
  if (context.json) json({ name: config.name, cni: name, ready: true });
  else say(`${name} is installed: all nodes and CoreDNS are Ready.`);
}
