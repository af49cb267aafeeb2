import { join } from 'node:path';
import { LabError } from '../base/errors.ts';
import { projectRoot } from '../base/paths.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { apiOf } from '../cluster/api.ts';
import { kubectlOn } from '../cluster/kubectl.ts';
import type { EnvironmentSpec, Provider, Supply } from '../nodes/provider.ts';
import { providers } from '../nodes/providers/index.ts';
import { clusterSettings, environmentSpec, type LabConfig } from './config.ts';

/** One named lab: its configuration, its machines and its cluster. */
export interface Environment {
  config: LabConfig;
  spec: EnvironmentSpec;
  provider: Provider;
  cluster: Cluster;
  /** Set by the supply step, needed only to make new nodes. */
  supply: Supply | undefined;
  /** Bootstrap token of this run; made when it is first needed. */
  token: string | undefined;
  /** When this run started nodes, in milliseconds since 1970; what the API says of them is older until they report. */
  nodesStarted: number | undefined;
  /** When this run started each node; pods start anew with theirs, and not when it was only frozen. */
  started: Map<string, number>;
  /** The nodes are those that stood by. */
  thawed: boolean;
  /** Ends all connections, so that the process can end. */
  close(): void;
}

/** Opens an environment as configured; nothing is made, and nothing has to exist yet. */
export async function openEnvironment(config: LabConfig): Promise<Environment> {
  const spec = environmentSpec(config);
  const environment = {
    config,
    spec,
    supply: undefined,
    token: undefined,
    nodesStarted: undefined,
    started: new Map(),
    thawed: false,
  } as Partial<Environment> & Pick<Environment, 'supply'>;
  const provider = await providers[config.provider]({
    environment: spec,
    engine: config.engine,
    records: config.primary ? join(projectRoot, '.vagrant') : join(spec.stateDir, 'machines'),
    supply: () => {
      if (environment.supply) return environment.supply;
      throw new Error('nodes are made before their supply');
    },
  });
  const nodes = spec.nodes.map(({ name }) => provider.node(name));
  const [controlPlane, ...workers] = nodes;
  if (!controlPlane) throw new Error('an environment without a control plane');
  const api = apiOf(controlPlane);
  const cluster: Cluster = {
    name: config.name,
    nodes,
    controlPlane,
    workers,
    api,
    kubectl: kubectlOn(controlPlane, api),
    settings: clusterSettings(config),
  };
  return Object.assign(environment, {
    provider,
    cluster,
    close: () => {
      api.close();
      nodes.forEach((node) => node.close());
    },
  }) as Environment;
}

/** @throws LabError `not-up` when the environment has no running control plane. */
export async function requireRunning(environment: Environment): Promise<void> {
  const states = await environment.provider.states();
  const { name } = environment.cluster.controlPlane;
  if (states.get(name) === 'running') return;
  throw new LabError('not-up', `The environment "${environment.config.name}" is not up`, {
    why: `its node ${name} is ${states.get(name) ?? 'missing'}`,
    hint: 'lab up',
  });
}
