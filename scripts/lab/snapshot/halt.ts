import { presentCni } from '../../cluster/cni/install.ts';
import { apiAnswers } from '../../cluster/readiness.ts';
import type { Environment } from '../environment.ts';
import type { Stage } from '../step.ts';
import { keepRun } from './keep-run.ts';

/** The steps of `lab halt`. */
export const haltStages: readonly Stage<Environment>[] = [
  {
    id: 'keep',
    title: 'What a quick start needs',
    explain: () => [],
    async run({ cluster, provider }) {
      const states = [...(await provider.states()).values()];
      if (states.some((state) => state !== 'running')) return;
      // A lab that is broken halts as well; it only starts more slowly.
      if (!(await apiAnswers(cluster))) return;
      await keepRun(cluster, await presentCni(cluster));
    },
  },
  {
    id: 'halt',
    title: 'Stop the nodes',
    explain: ({ provider }) => provider.byHand.halt(),
    run: ({ provider }, report) => provider.halt(report),
  },
];
