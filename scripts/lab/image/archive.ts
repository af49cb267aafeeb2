import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { usageError } from '../../base/errors.ts';
import { sha256Of } from '../../base/files.ts';
import { local } from '../../nodes/local.ts';

/** A tar file with container images. */
export interface ImageArchive {
  /** SHA-256 of the archive, 64 hex digits. */
  sha256: string;
  /** As containerd calls them, as in docker.io/library/nginx:latest. */
  names: string[];
  bytes: number;
}

/** Docker leaves its own registry out of names, and "library" with it. */
export function fullName(name: string): string {
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) return `docker.io/library/${name}`;
  return /[.:]|^localhost$/.test(first) ? name : `docker.io/${name}`;
}

const annotations = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];
/** @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
const ociIndex = z.object({
  manifests: z.array(z.object({ annotations: z.record(z.string(), z.string()).optional() })),
});
/** What `docker save` writes. */
const dockerManifest = z.array(z.object({ RepoTags: z.array(z.string()).nullish() }));

function parsed<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  try {
    return text === undefined ? undefined : schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Names in an archive's index.json and manifest.json. */
export function namesIn(index: string | undefined, manifest: string | undefined): string[] {
  const oci = parsed(ociIndex, index)?.manifests.flatMap(({ annotations: found = {} }) =>
    annotations.flatMap((key) => found[key] ?? []).slice(0, 1),
  );
  const docker = parsed(dockerManifest, manifest)?.flatMap(({ RepoTags }) => RepoTags ?? []);
  // A reference of OCI may be a bare tag, which says nothing of the image.
  const names = [...(oci ?? []), ...(docker ?? [])].filter((name) => /[/:]/.test(name));
  return [...new Set(names.map(fullName))];
}

/** The content of one file of an archive, packed or not; undefined when it has no such file. */
async function fileIn(archive: string, name: string): Promise<string | undefined> {
  for (const path of [name, `./${name}`]) {
    const argv = ['tar', '--extract', '--to-stdout', '--file', archive, path];
    const { exitCode, stdout } = await local(argv, { allowFailure: true, timeout: 300_000 });
    if (exitCode === 0) return stdout;
  }
  return undefined;
}

/** @throws LabError `not-an-image` */
export async function readArchive(file: string): Promise<ImageArchive> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw usageError('no-file', `there is no file ${file}`);
  const [index, manifest] = [await fileIn(file, 'index.json'), await fileIn(file, 'manifest.json')];
  const names = namesIn(index, manifest);
  if (names.length === 0) {
    throw usageError('not-an-image', `${basename(file)} is not an archive with named images`, {
      why: 'neither its index.json (OCI) nor its manifest.json (docker save) names one',
      hint: 'docker save NAME:TAG -o FILE, or: ctr images export FILE NAME:TAG',
    });
  }
  return { sha256: await sha256Of(file), names, bytes: found.size };
}
