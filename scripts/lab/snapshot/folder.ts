import { join } from 'node:path';
import type { EnvironmentSpec } from '../../nodes/provider.ts';

export function snapshotsFolder({ stateDir }: Pick<EnvironmentSpec, 'stateDir'>): string {
  return join(stateDir, 'snapshots');
}

/** Of one snapshot: its record, the state of the lab (for `lab diff`), and the disks. */
export function snapshotFolder(spec: Pick<EnvironmentSpec, 'stateDir'>, name: string): string {
  return join(snapshotsFolder(spec), name);
}

export function disksFolder(spec: Pick<EnvironmentSpec, 'stateDir'>, name: string): string {
  return join(snapshotFolder(spec, name), 'disks');
}
