import { findEngine, type EngineName } from '../engine.ts';
import type { EnvironmentSpec, Provider, Supply } from '../provider.ts';
import { containerProvider } from './container.ts';
import { vagrantProvider } from './vagrant.ts';

export interface ProviderOptions {
  environment: EnvironmentSpec;
  /** For nodes that are containers. */
  engine: EngineName | 'auto';
  /** Folder where Vagrant keeps what it knows of the machines. */
  records: string;
  /** Made before the first node; never asked for by commands that only look or remove. */
  supply: () => Supply;
}

/**
 * Every way to make nodes. A new one is a file beside this and a line here. Each is opened for one environment, which need not
 * exist, and finds what it needs on this host. @throws LabError when that is not there.
 */
export const providers = {
  container: async ({ engine, ...options }) =>
    containerProvider({ ...options, engine: await findEngine(engine) }),
  vagrant: vagrantProvider,
} satisfies Record<string, (options: ProviderOptions) => Promise<Provider>>;
