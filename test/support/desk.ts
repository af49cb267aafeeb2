import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exercise } from '../../scripts/exercises/load.ts';
import { openProgress } from '../../scripts/exercises/progress.ts';
import type { Session } from '../../scripts/exercises/session.ts';
import { exerciseOf } from './checking.ts';
import { fakeCluster, threeNodes, type FakeCluster, type FakeObject } from './fake-cluster.ts';
import { temporaryFolder } from './temporary.ts';

/** A learner with a lab in memory on which flannel runs, and an exercise whose set-up records a fact. */
export interface Desk {
  session: Session;
  cluster: FakeCluster;
  /** Where the exercise's scripts are. */
  folder: string;
  /** What the set-up was called with, in order. */
  ran: string[];
  /** The exercise, with other fields where they are given. */
  exerciseWith(over?: Record<string, unknown>): Promise<Exercise>;
  /** The cluster is made anew: same name, other identity. */
  renew(): void;
}

const agent: FakeObject = {
  kind: 'DaemonSet',
  metadata: { name: 'kube-flannel-ds', namespace: 'kube-flannel' },
};

/** What tells one cluster from another. */
export function home(uid: string): FakeObject {
  return { kind: 'Namespace', metadata: { name: 'kube-system', uid } };
}

const written = {
  vars: { app: { pick: ['web', 'shop', 'blog', 'mail', 'docs', 'news'] } },
  parts: [{ id: 'dev', prompt: 'Which device has {{app}}?', type: 'interface' }],
  criteria: [
    {
      ...{ id: 'dev', title: 'The device', points: 10, why: 'look' },
      check: { kind: 'answer', part: 'dev', truth: { from: 'fact', name: 'dev' } },
    },
  ],
  hints: [
    { tier: 1, text: 'first {{app}}' },
    { tier: 2, text: 'second' },
  ],
};

export async function openDesk(): Promise<Desk> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'wrong'));
  const cluster = fakeCluster([...threeNodes, agent, home('c1')]);
  const ran: string[] = [];
  cluster.master.on(/^env .* bash -c .*setup\.sh (apply|undo)$/s, () => {
    ran.push(cluster.master.asked.at(-1)?.split(' ').at(-1) ?? '');
    return 'hello\nfact dev enp0s3\n';
  });
  const progress = openProgress(join(folder, 'progress'));
  return {
    session: { cluster, progress, environment: 'lab', student: 'ann' },
    cluster,
    folder,
    ran,
    async exerciseWith(over = {}) {
      const spec = exerciseOf({ ...written, ...over });
      await writeFile(join(folder, 'setup.sh'), '#!/bin/bash\n# set up\n');
      await writeFile(join(folder, 'solution.sh'), '#!/bin/bash\n# solve\n');
      return { spec, folder, task: 'Find {{app}} on {{worker1}}.', debrief: 'It was {{app}}.' };
    },
    renew() {
      cluster.objects = [...threeNodes, agent, home('c2')];
    },
  };
}
