import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
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

export async function recordEnvironment(spec: EnvironmentSpec): Promise<void> {
  const record: EnvironmentRecord = {
    name: spec.name,
    network: spec.network,
    project: projectRoot,
  };
  await writeAtomic(join(spec.stateDir, file), `${JSON.stringify(record, null, 2)}\n`);
}

/** All environments of this user on this host. A record that cannot be read is passed over. */
export async function knownEnvironments(): Promise<EnvironmentRecord[]> {
  const names = await readdir(stateRoot()).catch(() => []);
  const records: EnvironmentRecord[] = [];
  for (const name of names) {
    const text = await readIfExists(join(stateRoot(), name, file)).catch(() => undefined);
    if (text === undefined) continue;
    try {
      records.push(JSON.parse(text) as EnvironmentRecord);
    } catch {
      continue;
    }
  }
  return records;
}
