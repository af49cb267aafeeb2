import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../../base/files.ts';
import { conflistName, folders } from '../config.ts';
import { socketName } from './serve.ts';

/** Where the image has the shim. */
const shimInImage = '/opt/labnet/labnet';

/**
 * What the runtime reads. An old libcni takes `cniVersion`, a newer one the highest of `cniVersions` that both know;
 * with 1.1.0 it asks STATUS.
 */
export function conflist(folder: string): string {
  const plugin = {
    type: 'labnet',
    socket: join(folder, socketName),
    capabilities: { portMappings: true },
  };
  const list = {
    cniVersion: '1.0.0',
    cniVersions: ['1.0.0', '1.1.0'],
    name: 'labnet',
    plugins: [plugin],
  };
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** A program that is running cannot be written to ("Text file busy"), so it is replaced by name. */
export async function installShim(
  from: string = shimInImage,
  plugins: string = folders.plugins,
): Promise<void> {
  await writeAtomic(join(plugins, 'labnet'), await readFile(from), 0o755);
}

/** From now on the runtime sends pods here, and kubelet calls the node Ready: so only when both are true. */
export async function installConflist(
  folder: string = folders.run,
  configs: string = folders.configs,
): Promise<void> {
  await writeAtomic(join(configs, conflistName), conflist(folder), 0o644);
}
