import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { LabError } from '../../base/errors.ts';
import { sleep } from '../../base/until.ts';
import { apiAnswers } from '../../cluster/readiness.ts';
import type { Environment } from '../environment.ts';
import { settledAt } from '../snapshot/settled.ts';
import { snapshotFolder } from '../snapshot/folder.ts';
import { type Snapshot } from '../snapshot/store.ts';
import { compareStates, type Change } from './compare.ts';
import { lookAtLab } from './look.ts';
import { stateFile, type LabState } from './state.ts';

async function stateOf({ spec }: Environment, { name }: Snapshot): Promise<LabState> {
  try {
    const packed = await readFile(join(snapshotFolder(spec, name), stateFile));
    return JSON.parse(gunzipSync(packed).toString('utf8')) as LabState;
  } catch (cause) {
    throw new LabError('snapshot-damaged', `the state of the lab in snapshot "${name}" is lost`, {
      cause,
      hint: 'lab snapshot list',
    });
  }
}

const pause = 1000;
const patience = 30_000;

/**
 * What has changed since the snapshot. A lab that has just started, or in which something is going on, is looked at until
 * two looks are the same, at most half a minute.
 */
export async function diffSince(
  environment: Environment,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<Change[]> {
  const { cluster, spec } = environment;
  const before = await stateOf(environment, snapshot);
  const since = Math.max(Date.parse(snapshot.created), await settledAt(spec));
  const deadline = Date.now() + patience;
  let last: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    const api = snapshot.cluster && (await apiAnswers(cluster));
    const after = await lookAtLab(cluster, api, since);
    // A cluster that does not answer has not lost its objects.
    if (snapshot.cluster && !api) after.api = before.api;
    const changes = compareStates(before, after);
    if (snapshot.cluster && !api) {
      changes.unshift({
        ...{ area: 'api', item: 'API server', change: 'changed' },
        ...{ before: 'answers', after: 'does not answer' },
      });
    }
    const text = JSON.stringify(changes);
    if (changes.length === 0 || text === last || Date.now() > deadline) return changes;
    last = text;
    await sleep(pause, signal);
  }
}
