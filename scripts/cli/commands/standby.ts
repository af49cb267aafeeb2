import { LabError } from '../../base/errors.ts';
import { cleanName, requireSnapshot } from '../../lab/snapshot/store.ts';
import { withLock } from '../../lab/lock.ts';
import { openEnvironment, requireRunning } from '../../lab/environment.ts';
import { standbyLock, standbyStages, type StandbyJob } from '../../lab/snapshot/standby.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';
import { runSteps } from '../run-steps.ts';

/** `lab standby`: prepares the next `lab reset` ahead of need. */
export async function run(
  _args: readonly string[],
  { drop = false }: { drop?: boolean },
  context: CommandContext,
): Promise<void> {
  const config = await context.loadConfig();
  const environment = await openEnvironment(config);
  const { spec, provider } = environment;
  try {
    await withLock(standbyLock(spec), 'lab standby', async () => {
      if (drop) {
        await provider.standby.drop();
        return context.json ? json({ dropped: true }) : say('There are no standby nodes any more.');
      }
      await requireRunning(environment);
      if (!provider.standby.possible()) {
        throw new LabError(
          'no-standby',
          `there can be no standby nodes on ${provider.platform.name}`,
          {
            why: 'they need networks without addresses of the engine, which podman has',
            hint: 'lab reset works without them, in about 15 s',
          },
        );
      }
      const snapshot = await requireSnapshot(spec, cleanName(config.cni.name));
      const job: StandbyJob = { environment, snapshot, raised: undefined };
      const done = await runSteps(standbyStages, job, context);
      if (context.json) json({ name: config.name, snapshot: snapshot.name, ...done });
      else say('The standby nodes are ready: the next lab reset takes them.');
    });
  } finally {
    environment.close();
  }
}
