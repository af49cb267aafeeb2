import { readIfExists } from '../base/files.ts';
import { macAddress, userKeyPath, type Nic } from '../nodes/identity.ts';
import type { EnvironmentSpec } from '../nodes/provider.ts';
import { ownBoxFile } from '../supply/box.ts';
import type { LabConfig } from './config.ts';
import type { FileConfig } from './config-schema.ts';

/** The configuration in the form of lab.yaml, with nothing left out. */
export function fileForm(config: LabConfig): FileConfig {
  const {
    file: _file,
    flags: _flags,
    primary: _primary,
    name,
    provider,
    engine,
    network,
    ...rest
  } = config;
  const { controlPlane, workers, ...more } = rest;
  return { name, provider, engine, network, controlPlane, workers: [...workers], ...more };
}

export interface ConfigForScripts extends Omit<FileConfig, 'controlPlane' | 'workers'> {
  /** The lab.yaml it was read from; null when there is none. */
  file: string | null;
  /** What `lab box build` has made; null when there is none. */
  ownBox: string | null;
  /** The control plane first. */
  nodes: { name: string; role: string; address: string; macs: Record<Nic, string> }[];
  stateDir: string;
  /** The private key of user vagrant; made with the first node. */
  userKey: string;
  /** Folder that every node sees as /vagrant. */
  sharedDir: string;
}

/** Everything that a script may want to know before there is a lab: `lab config --json`. */
export async function configForScripts(
  config: LabConfig,
  spec: EnvironmentSpec,
): Promise<ConfigForScripts> {
  const { controlPlane: _controlPlane, workers: _workers, ...rest } = fileForm(config);
  const mac = (node: string, nic: Nic): string => macAddress(spec.name, node, nic);
  return {
    file: config.file ?? null,
    ...rest,
    ownBox: (await readIfExists(ownBoxFile())) ?? null,
    nodes: spec.nodes.map(({ name, role, address }) => {
      const macs = { lab: mac(name, 'lab'), nat: mac(name, 'nat'), uplink: mac(name, 'uplink') };
      return { name, role, address, macs };
    }),
    stateDir: spec.stateDir,
    userKey: userKeyPath(spec),
    sharedDir: spec.sharedDir,
  };
}
