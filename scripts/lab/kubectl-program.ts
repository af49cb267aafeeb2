import { access, constants, readdir, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cacheRoot } from '../base/paths.ts';
import { components } from '../supply/components.ts';

async function runs(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The newest folder of the kubernetes component in the supply's cache that has kubectl in it. */
async function fromSupply(): Promise<string | undefined> {
  const store = join(cacheRoot(), 'store');
  const { name } = components.find((one) => 'kubectl' in one.modules.outputs) ?? {};
  const folders = (await readdir(store).catch(() => [])).filter((one) =>
    one.startsWith(`${name}-`),
  );
  const found = await Promise.all(
    folders.map(async (folder) => {
      const path = join(store, folder, 'kubectl');
      return (await runs(path)) ? { path, time: (await stat(path)).mtimeMs } : undefined;
    }),
  );
  const newest = found.filter((one) => one !== undefined).sort((a, b) => b.time - a.time)[0];
  return newest?.path;
}

/**
 * A kubectl that runs on this machine: the one that was made for the nodes, so that its version fits; else one from
 * PATH; undefined where there is neither.
 */
export async function kubectlProgram(): Promise<string | undefined> {
  const own = await fromSupply();
  if (own !== undefined) return own;
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = join(folder, 'kubectl');
    if (await runs(path)) return path;
  }
  return undefined;
}
