import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cidrProblem } from '../base/cidr.ts';
import { readIfExists, writeAtomic } from '../base/files.ts';
import { projectRoot, stateRoot } from '../base/paths.ts';
import type { EnvironmentSpec } from '../nodes/provider.ts';

/** What other environments on this host may know of one. */
export interface EnvironmentRecord {
  name: string;
  /** CIDR of its lab network. */
  network: string;
  /** The checkout that made it. */
  project: string;
}

const file = 'environment.json';

export async function recordEnvironment({
  name,
  network,
  stateDir,
}: EnvironmentSpec): Promise<void> {
  const record: EnvironmentRecord = { name, network, project: projectRoot };
  await writeAtomic(join(stateDir, file), `${JSON.stringify(record, null, 2)}\n`);
}

/** A damaged file must not keep others from working. */
function parseRecord(text: string): EnvironmentRecord | undefined {
  try {
    const { name, network, project } = JSON.parse(text) as Partial<EnvironmentRecord>;
    if (typeof name !== 'string' || typeof network !== 'string') return undefined;
    if (cidrProblem(network) !== undefined) return undefined;
    return { name, network, project: project ?? 'an unknown folder' };
  } catch {
    return undefined;
  }
}

/** All environments of this user on this host. */
export async function knownEnvironments(): Promise<EnvironmentRecord[]> {
  const folders = await readdir(stateRoot()).catch(() => []);
  const found = folders.map(async (folder) => {
    const text = await readIfExists(join(stateRoot(), folder, file)).catch(() => undefined);
    return text === undefined ? undefined : parseRecord(text);
  });
  return (await Promise.all(found)).filter((one) => one !== undefined);
}
