import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from './environment.ts';
import type { Stage } from './step.ts';

/** What `lab` itself puts into the shared folder; anything else there is the learner's. */
const ownShared = ['manifests', 'admin.conf'];

/** Removes the environment's files except what took work: progress, snapshots, images, and what was put into /vagrant. */
async function removeFiles({ spec }: Environment): Promise<string[]> {
  for (const name of ownShared) {
    await rm(join(spec.sharedDir, name), { recursive: true, force: true });
  }
  const kept = new Set(['progress', 'snapshots', 'images']);
  const shared = await readdir(spec.sharedDir).catch(() => []);
  if (shared.length > 0) kept.add('vagrant');
  for (const name of await readdir(spec.stateDir).catch(() => [])) {
    if (!kept.has(name)) await rm(join(spec.stateDir, name), { recursive: true, force: true });
  }
  const left = await readdir(spec.stateDir).catch(() => []);
  if (left.length === 0) await rm(spec.stateDir, { recursive: true, force: true });
  return left.map((name) => join(spec.stateDir, name));
}

/** The steps of `lab down`; `kept` is told what was left because it is the learner's. */
export function downStages(kept: (paths: string[]) => void): Stage<Environment>[] {
  return [
    {
      id: 'down',
      title: 'Remove nodes and networks',
      explain: ({ provider }) => provider.byHand.destroy(),
      run: ({ provider }, report) => provider.destroy(report),
    },
    {
      id: 'files',
      title: 'Remove files',
      explain: ({ spec }) => [
        `rm -r ${spec.stateDir}   # all but progress, snapshots, images and your own files`,
      ],
      run: async (environment) => kept(await removeFiles(environment)),
    },
  ];
}
