import { join } from 'node:path';
import { openProgress, type Progress } from '../exercises/progress.ts';
import type { EnvironmentSpec } from '../nodes/provider.ts';

/** The progress that belongs to an environment. */
export function progressOf({ stateDir }: Pick<EnvironmentSpec, 'stateDir'>): Progress {
  return openProgress(join(stateDir, 'progress'));
}
