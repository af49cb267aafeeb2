import { join } from 'node:path';
import type { Engine } from '../nodes/engine.ts';
import type { Report } from '../nodes/provider.ts';
import { components } from './components.ts';
import { ensureRoot, nodeRoot, rootKey, toolsRoot } from './debian-roots.ts';
import { ensureGolden } from './golden.ts';
import { ensureImages, imagesEntry } from './images.ts';
import { ensureNodeImage } from './node-image.ts';
import { ensureComponent, type SupplyOptions } from './source.ts';

/** All that nodes are made from. */
export interface Supply {
  /** Name in the engine's store. */
  nodeImage: string;
  /** Host folder: a containerd root to clone. */
  goldenStore: string;
}

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
  const rootArchive = await ensureRoot(nodeRoot, engine, about('Debian for nodes', report));
  const toolsArchive = await ensureRoot(toolsRoot, engine, about('Debian for images', report));
  const imageKeys = [...keys, rootKey(toolsRoot)];
  const images = await ensureImages({ folders, toolsArchive }, imageKeys, report);
  const nodeImage = await ensureNodeImage(
    { folders, rootArchive, keys: [...keys, rootKey(nodeRoot)] },
    engine,
    about('node image', report),
  );
  const goldenStore = await ensureGolden(
    join(images, 'layout'),
    imagesEntry(imageKeys).key,
    nodeImage,
    keys.find((key) => key.startsWith('containerd-')) ?? '',
    engine,
    about('image store', report),
  );
  return { nodeImage, goldenStore };
}
