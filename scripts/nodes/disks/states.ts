import { LabError } from '../../base/errors.ts';
import type { NodeState } from '../provider.ts';

/** Names of the nodes in this state. */
export function namesIn(states: ReadonlyMap<string, NodeState>, wanted: NodeState): string[] {
  return [...states].filter(([, state]) => state === wanted).map(([name]) => name);
}

/** A snapshot has the disks of all nodes. @throws LabError `nodes-missing` naming those that do not exist. */
export function refuseMissing(states: ReadonlyMap<string, NodeState>): void {
  const missing = namesIn(states, 'missing');
  if (missing.length === 0) return;
  const text = `these nodes do not exist: ${missing.join(', ')}`;
  throw new LabError('nodes-missing', text, { hint: 'lab up' });
}
