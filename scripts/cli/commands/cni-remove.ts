import { cniNames, type CniName } from '../../cluster/cni/index.ts';
import type { Removal } from '../../cluster/cni/remove.ts';
import { cniStatus } from '../../cluster/cni/status.ts';
import { removeStages, requireApi } from '../../lab/cni.ts';
import { openEnvironment, requireRunning, type Environment } from '../../lab/environment.ts';
import { withLock } from '../../lab/lock.ts';
import { runStages } from '../../lab/step.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';
import { drawSteps } from '../tasks.ts';

/** What is installed, and what an unfinished removal has left on nodes. */
async function present({ cluster, provider }: Environment): Promise<CniName[]> {
  const states = [...(await provider.states())];
  const running = states.filter(([, state]) => state === 'running').map(([name]) => name);
  const { installed = [], nodes } = await cniStatus(cluster, new Set(running));
  const left = new Set(nodes.flatMap(({ leftovers = [] }) => leftovers.map(({ cni }) => cni)));
  return cniNames.filter((name) => installed.includes(name) || left.has(name));
}

function tell(names: readonly CniName[], { bare, waiting }: Removal): void {
  if (names.length === 0) return say('No pod network is installed, and no node has traces of one.');
  say(`${names.join(' and ')} is gone from every node; nodes are NotReady until the next one.`);
  if (bare.length > 0) {
    say(`Ended for good, since no controller makes them again: ${bare.join(', ')}`);
  }
  if (waiting.length > 0) say(`Waiting for a pod network: ${waiting.join(', ')}`);
}

/** `lab cni remove`: takes away what is installed, and what an earlier removal has left. */
export async function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const environment = await openEnvironment(await context.loadConfig());
  const all: Removal = { bare: [], waiting: [] };
  let names: CniName[] = [];
  try {
    await requireRunning(environment);
    await withLock(environment.spec.stateDir, 'lab cni remove', async () => {
      await requireApi(environment.cluster);
      names = await present(environment);
      if (names.length === 0) return;
      const stages = removeStages(names, ({ bare, waiting }) => {
        all.bare.push(...bare);
        all.waiting = waiting;
      });
      await drawSteps(
        stages,
        environment,
        (onEvent) => runStages(stages, environment, { signal: context.signal, onEvent }),
        context,
      );
    });
  } finally {
    environment.close();
  }
  if (context.json) json({ removed: names, ...all });
  else tell(names, all);
}
