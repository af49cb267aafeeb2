import { join } from 'node:path';
import { projectRoot } from '../base/paths.ts';
import { inBackground } from '../nodes/local.ts';
import type { LabConfig } from '../lab/config.ts';
import { roomForStandby } from '../lab/snapshot/standby.ts';

/** Begins to prepare the next `lab reset`, where lab.yaml asks for it; goes on when this command has ended. */
export function prepareNextReset({ name, file, standby }: LabConfig): void {
  if (!standby || !roomForStandby()) return;
  const main = process.argv[1] ?? join(projectRoot, 'dist', 'cli', 'main.js');
  const config = file === undefined ? [] : ['--config', file];
  inBackground([process.execPath, main, '--env', name, ...config, 'standby', '--json']);
}
