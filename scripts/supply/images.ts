import { chmod, copyFile, link, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { local } from '../nodes/local.ts';
import type { Report } from '../nodes/provider.ts';
import { cached, digest, type CacheEntry } from './cache.ts';
import { addImage, addLayer, createLayout, writeIndex, type Descriptor } from './oci.ts';
import { workloadImages, type WorkloadImage } from './workload-images.ts';

/** Where the parts are: component name -> folder with its programs. */
export interface Parts {
  folders: ReadonlyMap<string, string>;
  /** The packed Debian root with the network tools. */
  toolsArchive: string;
}

/** A second name for a file where the disk allows it, else a copy. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await link(from, to).catch(() => copyFile(from, to));
}

async function stage(image: WorkloadImage, parts: Parts, folder: string): Promise<void> {
  for (const [path, source] of Object.entries(image.programs ?? {})) {
    const target = join(folder, path);
    if ('component' in source) {
      const from = parts.folders.get(source.component);
      if (from === undefined) throw new Error(`component ${source.component} was not supplied`);
      await linkOrCopy(join(from, source.output), target);
    } else {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, '');
      await local(
        [
          ...['sh', '-c', 'tar -xOf "$1" "./$2" > "$3"', 'sh'],
          parts.toolsArchive,
          source.tools,
          target,
        ],
        { timeout: 120_000 },
      );
      await chmod(target, 0o755);
    }
  }
  for (const [path, text] of Object.entries(image.files ?? {})) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  for (const [path, target] of Object.entries(image.links ?? {})) {
    await symlink(target, join(folder, path));
  }
}

/** The same files give the same bytes: sorted, without owner names, times, and what the umask leaves of modes. */
async function pack(folder: string, archive: string): Promise<void> {
  const owner = ['--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX'];
  const stable = ['--sort=name', '--mtime=@0', ...owner];
  await local(['tar', ...stable, '-C', folder, '-cf', archive, '.'], { timeout: 300_000 });
}

async function buildLayout(
  images: readonly WorkloadImage[],
  parts: Parts,
  layout: string,
  work: string,
): Promise<void> {
  await createLayout(layout);
  const copy = join(work, 'tools.tar');
  await linkOrCopy(parts.toolsArchive, copy);
  const tools = await addLayer(layout, copy);
  const named: { name: string; manifest: Descriptor }[] = [];
  for (const [index, image] of images.entries()) {
    const folder = join(work, `image-${index}`);
    await mkdir(folder);
    await stage(image, parts, folder);
    const archive = join(work, `image-${index}.tar`);
    await pack(folder, archive);
    const layer = await addLayer(layout, archive);
    const manifest = await addImage(layout, image.onTools ? [tools, layer] : [layer], image);
    named.push(...image.tags.map((name) => ({ name, manifest })));
    await rm(folder, { recursive: true });
  }
  await writeIndex(layout, named);
}

/** Which images: those of the nodes, or those of the course that need no program of Kubernetes. */
const sets = {
  images: workloadImages,
  'docker-images': workloadImages.filter(({ tags }) => tags[0]?.startsWith('docker.io/')),
} as const;
type ImageSet = keyof typeof sets;

export function imagesEntry(keys: readonly string[], name: ImageSet = 'images'): CacheEntry {
  return { name, key: digest(...keys, JSON.stringify(sets[name]), 'layout 1') };
}

/** The folder with one OCI layout of a set of images. `keys` decide the parts. */
export async function ensureImages(
  parts: Parts,
  keys: readonly string[],
  report: Report,
  name: ImageSet = 'images',
): Promise<string> {
  return cached(imagesEntry(keys, name), async (folder) => {
    report(`packing ${sets[name].length} images`);
    const work = join(folder, 'work');
    await mkdir(work);
    await buildLayout(sets[name], parts, join(folder, 'layout'), work);
    await rm(work, { recursive: true });
  });
}
