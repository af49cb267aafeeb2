import { refuseImpossible } from '../../cluster/cni/install.ts';
import { local } from '../../nodes/local.ts';
import type { Environment } from '../environment.ts';
import { endHolder } from '../lock.ts';
import type { Stage } from '../step.ts';
import { upStages } from '../up.ts';
import { standbyLock } from './standby.ts';

/** Makes the clean lab with another pod network for the first time: the nodes go, and come up anew. */
export function switchStages(environment: Environment): Stage<Environment>[] {
  return [
    {
      id: 'down',
      title: 'Remove the nodes',
      explain: ({ provider }) => provider.byHand.destroy(),
      async run({ provider, cluster, config, spec }, report) {
        // Before anything is lost.
        await refuseImpossible(config.cni.name, (argv, options) =>
          provider.sharesKernel ? local(argv, options) : cluster.controlPlane.exec(argv, options),
        );
        await endHolder(standbyLock(spec));
        await provider.destroy(report);
      },
    },
    ...upStages(environment),
  ];
}
