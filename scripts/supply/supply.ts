import { join } from 'node:path';
import type { Engine } from '../nodes/engine.ts';
import type { Provider, Report, Supply } from '../nodes/provider.ts';
import { components } from './components.ts';
import { ensureRoot, nodeRoot, rootKey, toolsRoot } from './debian-roots.ts';
import { ensureGolden } from './golden.ts';
import { ensureImages, imagesEntry } from './images.ts';
import { ensureNodeImage, programFiles } from './node-image.ts';
import { ensureComponent, type SupplyOptions } from './source.ts';

/** The part of a report that says which thing it is about. */
function about(name: string, report: Report): Report {
  return (text) => report(`${name}: ${text}`);
}

/**
 * Brings everything together, making only what the cache lacks. One component after the other: each Go build
 * uses all processors by itself.
 */
export async function ensureSupply(
  engine: Engine,
  options: SupplyOptions,
  madeFrom: Provider['madeFrom'],
  report: Report,
): Promise<Supply> {
  const folders = new Map<string, string>();
  const keys: string[] = [];
  for (const component of components) {
    const label = `${component.name} ${component.version}`;
    const { folder } = await ensureComponent(component, options, about(label, report));
    folders.set(component.name, folder);
    keys.push(folder.split('/').at(-1) ?? folder);
  }
  const programs = await programFiles(folders);
  const { packages } = nodeRoot;
  const toolsArchive = await ensureRoot(toolsRoot, engine, about('Debian for images', report));
  const imageKeys = [...keys, rootKey(toolsRoot)];
  const layout = await ensureImages({ folders, toolsArchive }, imageKeys, report);
  const images = join(layout, 'layout');
  if (madeFrom === 'programs') return { packages, programs, images };
  const rootArchive = await ensureRoot(nodeRoot, engine, about('Debian for nodes', report));
  const nodeImage = await ensureNodeImage(
    { folders, rootArchive, keys: [...keys, rootKey(nodeRoot)] },
    engine,
    about('node image', report),
  );
  const goldenStore = await ensureGolden(
    images,
    imagesEntry(imageKeys).key,
    nodeImage,
    keys.find((key) => key.startsWith('containerd-')) ?? '',
    engine,
    about('image store', report),
  );
  return { packages, programs, images, whole: { nodeImage, goldenStore } };
}
