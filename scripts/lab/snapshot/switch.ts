import { placeOn, refuseImpossible } from '../../cluster/cni/install.ts';
import type { Environment } from '../environment.ts';
import { endHolder } from '../lock.ts';
import type { Stage } from '../step.ts';
import { placeToCome } from '../steps/nodes.ts';
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
        // Before anything is lost. The new nodes have the kernel of the old ones.
        const { run } = placeOn(cluster.controlPlane);
        await refuseImpossible(config.cni.name, { run, ...placeToCome(environment) });
        await endHolder(standbyLock(spec));
        await provider.destroy(report);
      },
    },
    ...upStages(environment),
  ];
}
