import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { writeAtomic } from '../../base/files.ts';
import { presentCni } from '../../cluster/cni/install.ts';
import { initialised } from '../../cluster/control-plane.ts';
import type { Report } from '../../nodes/provider.ts';
import { lookAtLab } from '../diff/look.ts';
import { stateFile } from '../diff/state.ts';
import type { Environment } from '../environment.ts';
import type { Stage } from '../step.ts';
import { supply } from '../steps/nodes.ts';
import { forgetRun, keepRun } from './keep-run.ts';
import { waitForRest } from './rest.ts';
import { environmentKey, storeSnapshot, type Snapshot } from './store.ts';

export interface SaveWish {
  name: string;
  /** Exercises that are set up, each with the number of its attempt. */
  exercises: Readonly<Record<string, number>>;
}

/** Saves the whole lab under a name. Nodes run on afterwards; they stand still for about a second. */
export async function saveSnapshot(
  environment: Environment,
  { name, exercises }: SaveWish,
  report: Report,
  signal: AbortSignal,
): Promise<Snapshot> {
  const { spec, cluster, provider } = environment;
  const made = await initialised(cluster);
  const cni = made ? await presentCni(cluster) : 'none';
  const rest = made ? waitForRest(cluster, signal) : undefined;
  // A quick node forgets a pod that is going before it is looked at.
  if (cluster.controlPlane.slowness > 1) await rest;
  report('looking at the lab, for lab diff');
  const [state] = await Promise.all([lookAtLab(cluster, made), rest]);
  signal.throwIfAborted();
  await keepRun(cluster, cni);
  try {
    return await storeSnapshot(spec, name, async (folder) => {
      await writeAtomic(
        join(folder, stateFile),
        gzipSync(JSON.stringify(state), { level: 1 }),
        0o600,
      );
      const { bytes } = await provider.disks.save(join(folder, 'disks'), report);
      return {
        version: 1,
        ...{ name, cni, exercises, bytes, cluster: made },
        created: new Date().toISOString(),
        key: environmentKey(environment),
        nodes: spec.nodes.map((node) => node.name),
      };
    });
  } finally {
    // Left behind it does no harm, and a failed save has a better reason than this.
    await forgetRun(cluster).catch((error: unknown) => report(messageOf(error)));
  }
}

/** The steps of `lab snapshot save`. */
export function saveStages(wish: SaveWish): Stage<Environment>[] {
  return [
    supply,
    {
      id: 'save',
      title: `Save ${wish.name}`,
      explain: () => [],
      run: async (environment, report, signal) => {
        await saveSnapshot(environment, wish, report, signal);
      },
    },
  ];
}
