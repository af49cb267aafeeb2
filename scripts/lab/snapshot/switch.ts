import { refuseImpossible } from '../../cluster/cni/install.ts';
import type { Environment } from '../environment.ts';
import type { Stage } from '../step.ts';
import { upStages } from '../up.ts';

/** Makes the clean lab with another pod network for the first time: the nodes go, and come up anew. */
export function switchStages(environment: Environment): Stage<Environment>[] {
  return [
    {
      id: 'down',
      title: 'Remove the nodes',
      explain: ({ provider }) => provider.byHand.destroy(),
      async run({ provider, config }, report) {
        // Before anything is lost.
        await refuseImpossible(config.cni.name);
        await provider.destroy(report);
      },
    },
    ...upStages(environment),
  ];
}
