import type { Engine } from '../nodes/engine.ts';
import { ensureSupply, type Supply } from '../supply/supply.ts';
import type { LabConfig } from './config.ts';
import type { Stage } from './step.ts';

export interface Build {
  config: LabConfig;
  engine: Engine;
  /** Set when it is done. */
  supply: Supply | undefined;
}

/** The one step of `lab build`: what `lab up` does before it makes nodes. */
export function buildStages(): Stage<Build>[] {
  return [
    {
      id: 'supply',
      title: 'Programs and images',
      explain: () => ['# each part is looked up in the cache, and made where it is missing'],
      async run(build, report) {
        const { source, releaseBase, bundle } = build.config.supply;
        build.supply = await ensureSupply(build.engine, { source, releaseBase, bundle }, report);
      },
    },
  ];
}
