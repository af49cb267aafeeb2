import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A blob's place in an OCI layout: https://github.com/opencontainers/image-spec, descriptor.md. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  /** Bytes. */
  size: number;
  annotations?: Record<string, string>;
}

export interface ImageConfig {
  entrypoint?: readonly string[];
  command?: readonly string[];
  env?: readonly string[];
}

const mediaType = {
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
} as const;

const goArch: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}

function blobPath(layout: string, digest: string): string {
  return join(layout, 'blobs', 'sha256', digest.slice('sha256:'.length));
}

async function addJson(layout: string, type: string, value: unknown): Promise<Descriptor> {
  const text = JSON.stringify(value);
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  await writeFile(blobPath(layout, digest), text);
  return { mediaType: type, digest, size: Buffer.byteLength(text) };
}

/** Moves a tar file into the layout as an uncompressed layer; it lies on this disk only, so size does not matter. */
export async function addLayer(layout: string, archive: string): Promise<Descriptor> {
  const digest = await sha256(archive);
  const { size } = await stat(archive);
  await rename(archive, blobPath(layout, digest));
  return { mediaType: mediaType.layer, digest, size };
}

export async function createLayout(layout: string): Promise<void> {
  await mkdir(join(layout, 'blobs', 'sha256'), { recursive: true });
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
}

/** Writes one image over layers that are in the layout already. */
export async function addImage(
  layout: string,
  layers: readonly Descriptor[],
  config: ImageConfig,
): Promise<Descriptor> {
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin';
  const configuration = await addJson(layout, mediaType.config, {
    architecture: goArch[process.arch] ?? process.arch,
    os: 'linux',
    config: {
      Env: [path, ...(config.env ?? [])],
      ...(config.entrypoint ? { Entrypoint: config.entrypoint } : {}),
      ...(config.command ? { Cmd: config.command } : {}),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  });
  return addJson(layout, mediaType.manifest, {
    schemaVersion: 2,
    mediaType: mediaType.manifest,
    config: configuration,
    layers,
  });
}

/** Names the images: containerd takes the full name from this annotation when it imports a layout. */
export async function writeIndex(
  layout: string,
  images: readonly { name: string; manifest: Descriptor }[],
): Promise<void> {
  const manifests = images.map(({ name, manifest }) => ({
    ...manifest,
    annotations: { 'io.containerd.image.name': name },
  }));
  const index = { schemaVersion: 2, mediaType: mediaType.index, manifests };
  await writeFile(join(layout, 'index.json'), JSON.stringify(index));
}
