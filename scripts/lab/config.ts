import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { usageError } from '../base/errors.ts';
import { projectRoot, stateRoot } from '../base/paths.ts';
import { suggest } from '../base/suggest.ts';
import { parseYaml } from '../base/yaml-file.ts';
import type { ClusterSettings } from '../cluster/cluster.ts';
import type { EnvironmentSpec } from '../nodes/provider.ts';
import { configProblems } from './config-checks.ts';
import { applyFlags, readConfigText, rememberedFlags } from './config-flags.ts';
import type { Overrides, Remembered } from './config-flags.ts';
import { completeNodes } from './config-nodes.ts';
import { fileSchema, labelPattern } from './config-schema.ts';
import type { FileConfig } from './config-schema.ts';

export type { Overrides, Remembered } from './config-flags.ts';
export { rememberFlags } from './config-flags.ts';

export interface ConfigNode {
  readonly name: string;
  readonly address: string;
}

/** Everything known about an environment before it is made: lab.yaml, flags and defaults together. */
export interface LabConfig {
  readonly name: string;
  readonly provider: FileConfig['provider'];
  readonly engine: FileConfig['engine'];
  /** CIDR of the lab network. */
  readonly network: string;
  readonly controlPlane: ConfigNode;
  readonly workers: readonly ConfigNode[];
  readonly kubernetes: Readonly<FileConfig['kubernetes']>;
  readonly cni: Readonly<FileConfig['cni']>;
  /** Shape of the nodes where they are virtual machines. */
  readonly vm: Readonly<FileConfig['vm']>;
  /** `bundle` is an absolute path. */
  readonly supply: Readonly<FileConfig['supply']>;
  /** Whether a second lab is kept ready for the next reset. */
  readonly standby: boolean;
  /** lab.yaml names it: plain `vagrant` in the project's folder means this environment, too. */
  readonly primary: boolean;
  /** The lab.yaml it was read from; undefined when there is none. */
  readonly file: string | undefined;
  /** The flags in force, for `rememberFlags`. */
  readonly flags: Remembered;
}

export interface LoadOptions {
  /** From --config; otherwise lab.yaml is looked for in `cwd` and above, then in the project. */
  file?: string;
  cwd: string;
  overrides?: Overrides;
  /** Add the flags that the environment was brought up with; default true. */
  remember?: boolean;
}

function findConfig(cwd: string): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = join(folder, 'lab.yaml');
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) break;
  }
  const own = join(projectRoot, 'lab.yaml');
  return existsSync(own) ? own : undefined;
}

/** How messages name the file: relative where that is shorter. */
function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}

/** lab.yaml text as an object with defaults. @throws LabError `bad-yaml` with all problems. */
function parseConfig(shown: string, text: string): FileConfig {
  return parseYaml(shown, text, fileSchema, configProblems);
}

function complete(
  config: FileConfig,
  primary: boolean,
  file: string | undefined,
  flags: Remembered,
): LabConfig {
  const [controlPlane, ...workers] = completeNodes(config).map(({ name, address }) => ({
    name,
    address,
  }));
  const { supply } = config;
  const base = file === undefined ? '.' : dirname(file);
  const bundle = supply.bundle === undefined ? undefined : resolve(base, supply.bundle);
  return {
    ...config,
    controlPlane: controlPlane as ConfigNode,
    workers,
    supply: { ...supply, bundle },
    primary,
    file,
    flags,
  };
}

/**
 * The configuration of one environment. Flags win over the flags that `lab up` was given before,
 * and these over lab.yaml.
 * @throws LabError `no-config`, `bad-yaml` or `bad-flags`, each naming all that is wrong.
 */
export async function loadConfig(options: LoadOptions): Promise<LabConfig> {
  const { cwd, overrides = {} } = options;
  const read = async (path: string | undefined): Promise<FileConfig> =>
    path === undefined
      ? fileSchema.parse({})
      : parseConfig(shownPath(path, cwd), await readConfigText(path));

  const given = options.file === undefined ? undefined : resolve(cwd, options.file);
  let file = given ?? findConfig(cwd);
  let config = await read(file);
  const name = overrides.name ?? config.name;
  // A name that could leave the state folder must not reach the file system.
  const safe = new RegExp(labelPattern).test(name);
  const before = options.remember === false || !safe ? undefined : await rememberedFlags(name);
  if (given === undefined && before?.file !== undefined && existsSync(before.file)) {
    file = before.file;
    config = await read(file);
  }
  const wanted = { ...before?.overrides, ...defined(overrides), name };
  const changed = applyFlags(config, wanted);
  const flags: Remembered = {
    ...((given ?? before?.file) ? { file: given ?? before?.file } : {}),
    // Whatever becomes of lab.yaml, the nodes stay where they are.
    overrides: { ...wanted, provider: changed.provider },
  };
  return complete(changed, name === config.name, file, flags);
}

function defined(overrides: Overrides): Overrides {
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}

/** What kubeadm and the CNI are told. */
export function clusterSettings({ kubernetes, cni }: LabConfig): ClusterSettings {
  const { version, ...rest } = kubernetes;
  return { kubernetesVersion: version, ...rest, cni };
}

/** What the provider is told. */
export function environmentSpec(config: LabConfig): EnvironmentSpec {
  const { name, network, controlPlane, workers } = config;
  const stateDir = join(stateRoot(), name);
  return {
    name,
    network,
    nodes: [
      { ...controlPlane, role: 'control-plane' },
      ...workers.map((worker) => ({ ...worker, role: 'worker' as const })),
    ],
    stateDir,
    sharedDir: join(stateDir, 'vagrant'),
    internal: [config.kubernetes.serviceSubnet],
  };
}

/** @param others What else may stand in its place, for the suggestion. @throws LabError `unknown-node` */
export function requireNode(
  config: LabConfig,
  name: string,
  others: readonly string[] = [],
): ConfigNode {
  const nodes = [config.controlPlane, ...config.workers];
  const found = nodes.find((node) => node.name === name);
  if (found) return found;
  throw usageError('unknown-node', `no node is called "${name}"`, {
    why: suggest(name, [...nodes.map((node) => node.name), ...others]),
    hint: 'lab status',
  });
}
