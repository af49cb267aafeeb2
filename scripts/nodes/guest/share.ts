import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Node } from '../node.ts';

/**
 * Copies what is in the shared folder to /vagrant of a machine, unless it sees the folder itself there. What learners put into
 * /vagrant of the machine stays.
 */
export async function shareByCopy(node: Node, folder: string): Promise<void> {
  const mounted = await node.exec(['mountpoint', '-q', '/vagrant'], { allowFailure: true });
  if (mounted.exitCode === 0) return;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const mode = ((await stat(from)).mode & 0o777).toString(8).padStart(4, '0');
    const to = join('/vagrant', from.slice(folder.length));
    await node.put(to, await readFile(from), { mode, owner: 'vagrant:vagrant' });
  }
}
