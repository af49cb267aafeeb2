import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfExists, writeAtomic } from '../../base/files.ts';
import type { EnvironmentSpec } from '../../nodes/provider.ts';
import type { ImageArchive } from './archive.ts';

type Spec = Pick<EnvironmentSpec, 'stateDir'>;

/** Kept by `lab down`: loading them again may need another machine. */
export function imagesFolder({ stateDir }: Spec): string {
  return join(stateDir, 'images');
}

export function archivePath(spec: Spec, { sha256 }: Pick<ImageArchive, 'sha256'>): string {
  return join(imagesFolder(spec), `${sha256}.tar`);
}

/** All that were given, in no order. */
export async function keptImages(spec: Spec): Promise<ImageArchive[]> {
  const files = await readdir(imagesFolder(spec)).catch(() => []);
  const records = files.filter((name) => name.endsWith('.json'));
  const texts = records.map((name) => readIfExists(join(imagesFolder(spec), name)));
  return (await Promise.all(texts)).flatMap((text) =>
    text ? (JSON.parse(text) as ImageArchive) : [],
  );
}

export async function keptNames(spec: Spec): Promise<string[]> {
  return (await keptImages(spec)).flatMap(({ names }) => names);
}

/** Keeps a copy; a newer archive with the same names takes the place of an older one. */
export async function keepArchive(spec: Spec, file: string, image: ImageArchive): Promise<void> {
  const target = archivePath(spec, image);
  await mkdir(imagesFolder(spec), { recursive: true });
  await copyFile(file, `${target}.new`);
  await rename(`${target}.new`, target);
  const record = join(imagesFolder(spec), `${image.sha256}.json`);
  const older = (await keptImages(spec)).filter(
    ({ sha256, names }) =>
      sha256 !== image.sha256 && names.every((name) => image.names.includes(name)),
  );
  await writeAtomic(record, `${JSON.stringify(image, null, 2)}\n`);
  for (const { sha256 } of older) {
    for (const end of ['json', 'tar']) {
      await rm(join(imagesFolder(spec), `${sha256}.${end}`), { force: true });
    }
  }
}
