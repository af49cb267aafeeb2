import type { LabConfig, Overrides } from '../lab/config.ts';

/** Options that every command takes. */
export interface GlobalOptions {
  config?: string;
  env?: string;
  json: boolean;
  verbose: boolean;
  yes: boolean;
}

/** What `run` of a command gets beside its own arguments and options. */
export interface CommandContext extends GlobalOptions {
  cwd: string;
  /** Aborts at the first Ctrl-C; pass it on to everything that takes time. */
  signal: AbortSignal;
  /** The environment's configuration: --config, --env and the given flags over lab.yaml. */
  loadConfig(overrides?: Overrides): Promise<LabConfig>;
}

export function commandContext(
  options: Partial<GlobalOptions>,
  signal: AbortSignal,
): CommandContext {
  const { config, env, json = false, verbose = false, yes = false } = options;
  const cwd = process.cwd();
  return {
    config,
    env,
    json,
    verbose,
    yes,
    cwd,
    signal,
    async loadConfig(overrides = {}) {
      const { loadConfig } = await import('../lab/config.ts');
      return loadConfig({ file: config, cwd, overrides: { name: env, ...overrides } });
    },
  };
}
