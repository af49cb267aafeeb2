import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../../base/files.ts';
import type { EnvironmentSpec } from '../../nodes/provider.ts';
import type { Environment } from '../environment.ts';
import type { Step } from '../step.ts';
import { disksFolder } from './folder.ts';
import { restoreDisks } from './restore.ts';
import { saveSnapshot } from './save.ts';
import { cleanName, environmentKey, findClean, type Snapshot } from './store.ts';

type LabStep = Step<Environment>;

/** While it is there, nobody but `lab up` has had a hand in this lab. */
function newFile({ stateDir }: Pick<EnvironmentSpec, 'stateDir'>): string {
  return join(stateDir, 'as-new');
}

/** From now on somebody may change the lab by hand: no clean snapshot can be taken of it. */
export async function noLongerNew(spec: Pick<EnvironmentSpec, 'stateDir'>): Promise<void> {
  await rm(newFile(spec), { force: true });
}

async function matching(environment: Environment): Promise<Snapshot | undefined> {
  const { spec, config, provider } = environment;
  const clean = await findClean(spec, config.cni.name);
  if (clean?.key !== environmentKey(environment)) return undefined;
  return (await provider.disks.kept(disksFolder(spec, clean.name))) ? clean : undefined;
}

async function nothingThere({ provider }: Environment): Promise<boolean> {
  return [...(await provider.states()).values()].every((state) => state === 'missing');
}

/** Where there are no nodes yet: takes them from the snapshot of the same lab, if there is one. */
export function takeClean(fresh: boolean): LabStep {
  return {
    id: 'clean',
    title: 'Clean snapshot',
    explain: () => ['# nobody can by hand: the nodes of an earlier lab up, if they were kept'],
    async skip(environment) {
      if (!(await nothingThere(environment))) return 'there are nodes already';
      if (!fresh && (await matching(environment))) return undefined;
      await writeAtomic(newFile(environment.spec), '');
      return fresh ? 'everything is made anew' : 'there is none of such a lab yet';
    },
    async run(environment, report) {
      const snapshot = await matching(environment);
      if (snapshot) await restoreDisks(environment, snapshot, report);
    },
  };
}

/** When a lab that nobody has touched is complete: keeps it for `lab reset` and the next `lab up`. */
export const keepClean: LabStep = {
  id: 'snapshot',
  title: 'Clean snapshot',
  explain: () => ['# lab reset goes back to it'],
  skip({ spec }) {
    return Promise.resolve(existsSync(newFile(spec)) ? undefined : 'this lab has been in use');
  },
  async run(environment, report, signal) {
    const name = cleanName(environment.config.cni.name);
    await saveSnapshot(environment, { name, exercises: {} }, report, signal);
    await noLongerNew(environment.spec);
  },
};
