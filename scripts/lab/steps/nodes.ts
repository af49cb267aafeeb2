import { refuseImpossible } from '../../cluster/cni/install.ts';
import type { Place } from '../../cluster/cni/plugin.ts';
import { findEngine } from '../../nodes/engine.ts';
import { local } from '../../nodes/local.ts';
import { ensureSupply } from '../../supply/supply.ts';
import { rememberFlags } from '../config.ts';
import { keptNames } from '../image/store.ts';
import { preflight, prepareHost } from '../doctor.ts';
import type { Environment } from '../environment.ts';
import { recordEnvironment } from '../registry.ts';
import { shareManifests } from '../share.ts';
import type { Group, Step } from '../step.ts';

type LabStep = Step<Environment>;

/** The nodes as far as this host can tell before they are there. */
export function placeToCome({ provider, spec }: Environment): Place {
  return { ...(provider.sharesKernel ? { run: local } : {}), images: () => keptNames(spec) };
}

export const host: LabStep = {
  id: 'host',
  title: 'Check the host',
  explain: () => ['lab doctor   # lists what this machine needs, and why'],
  async run(environment, report, signal) {
    const { provider, config } = environment;
    await provider.preflight();
    await preflight(config);
    await refuseImpossible(config.cni.name, placeToCome(environment));
    await prepareHost(report, signal);
  },
};

export const supply: LabStep = {
  id: 'supply',
  title: 'Programs and images',
  explain: () => [
    'lab build   # or install containerd, kubeadm, kubelet and kubectl on every node',
  ],
  async run(environment, report) {
    const { config, provider } = environment;
    const { source, releaseBase, bundle } = config.supply;
    const engine = await findEngine(config.engine);
    const options = { source, releaseBase, bundle };
    environment.supply = await ensureSupply(engine, options, provider.madeFrom, report);
  },
};

export const network: LabStep = {
  id: 'network',
  title: 'Lab network',
  explain: ({ provider }) => provider.byHand.prepare(),
  async run(environment, report) {
    // Only now: a lab that was refused leaves nothing behind, not even what was asked for.
    await rememberFlags(environment.config.name, environment.config.flags);
    await recordEnvironment(environment.spec);
    await environment.provider.prepare(report);
    await shareManifests(environment);
  },
};

export function nodeStep(name: string): LabStep {
  return {
    id: `node-${name}`,
    title: name,
    explain: ({ provider }) => provider.byHand.ensure(name),
    async run(environment, report, signal) {
      const now = Date.now();
      const was = await environment.provider.ensure(name, report, signal);
      if (was !== 'ran') environment.nodesStarted ??= now;
      if (was === 'started') environment.started.set(name, now);
    },
  };
}

/** All nodes, side by side. */
export function nodesUp({ spec }: Environment): Group<Environment> {
  return { id: 'nodes', title: 'Nodes', together: spec.nodes.map(({ name }) => nodeStep(name)) };
}
