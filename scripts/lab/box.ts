import { ensureBox, missingForBox } from '../supply/box.ts';
import { installPackages, missingPackages } from './doctor.ts';
import type { Environment } from './environment.ts';
import type { Stage } from './step.ts';
import { supply } from './steps/nodes.ts';

/** What the steps of `lab box build` share. */
export interface BoxJob {
  environment: Environment;
  /** Set when it is done. */
  box: string | undefined;
}

export function boxStages(): Stage<BoxJob>[] {
  return [
    {
      id: 'host',
      title: 'Check the host',
      explain: () => [
        'sudo apt-get install grub-pc-bin qemu-utils vagrant   # what is missing of it',
      ],
      run: async ({ environment }, report, signal) =>
        installPackages(
          [...(await missingForBox()), ...(await missingPackages(environment.config))],
          report,
          signal,
        ),
    },
    {
      id: 'supply',
      title: supply.title,
      explain: ({ environment }) => supply.explain(environment),
      run: ({ environment }, report, signal) => supply.run(environment, report, signal),
    },
    {
      id: 'box',
      title: 'Box',
      explain: () => [
        '# a disk with Debian, a kernel, and everything that a node has; then: vagrant box add',
      ],
      async run(job, report) {
        if (!job.environment.supply) throw new Error('a box is made before its supply');
        job.box = await ensureBox(job.environment.supply, report);
      },
    },
  ];
}
