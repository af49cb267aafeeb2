import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasProgram, local } from '../../scripts/nodes/local.ts';
import { components } from '../../scripts/supply/components.ts';
import { ensureImages } from '../../scripts/supply/images.ts';
import type { Descriptor } from '../../scripts/supply/oci.ts';
import { workloadImages } from '../../scripts/supply/workload-images.ts';

const nothing = (): void => undefined;

interface Made {
  root: string;
  layout: string;
}

const made: Made[] = [];

async function file(path: string, content: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { mode });
  // As after another build of the same sources.
  await utimes(path, Math.random() * 1e9, Math.random() * 1e9);
}

/** The layout of all images, from programs of a few bytes. */
async function build(umask = 0o022): Promise<Made> {
  // podman makes an image name of the path, so there may be no capital letters in it.
  const root = join(tmpdir(), `lab-oci-${randomBytes(6).toString('hex')}`);
  await mkdir(root);
  const before = process.umask(umask);
  try {
    const folders = new Map<string, string>();
    for (const { name, modules } of components) {
      const folder = join(root, 'parts', name);
      folders.set(name, folder);
      for (const output of Object.keys(modules.outputs)) {
        await file(join(folder, output), `program ${output}\n`, 0o755);
      }
    }
    const debian = join(root, 'debian');
    await file(join(debian, 'usr', 'bin', 'busybox'), '#!/bin/true\n', 0o755);
    await file(join(debian, 'usr', 'bin', 'catatonit'), 'catatonit\n', 0o755);
    await file(join(debian, 'etc', 'hostname'), 'tools\n');
    const toolsArchive = join(root, 'tools.tar');
    const stable = ['--sort=name', '--mtime=@0', '--mode=u+rwX,go+rX', '--owner=0', '--group=0'];
    await local(['tar', ...stable, '-C', debian, '-cf', toolsArchive, '.']);
    vi.stubEnv('LAB_CACHE_DIR', join(root, 'cache'));
    const folder = await ensureImages({ folders, toolsArchive }, ['key'], nothing);
    const one = { root, layout: join(folder, 'layout') };
    made.push(one);
    expect(await readdir(folder)).toEqual(['layout']);
    expect(await readdir(join(root, 'cache', 'work'))).toEqual([]);
    expect((await stat(toolsArchive)).size).toBeGreaterThan(0);
    return one;
  } finally {
    process.umask(before);
  }
}

interface Index {
  manifests: (Descriptor & { annotations: Record<string, string> })[];
}

interface Manifest {
  config: Descriptor;
  layers: Descriptor[];
}

const blobPath = (layout: string, digest: string): string =>
  join(layout, 'blobs', ...digest.split(':'));

async function readJson<T>(...path: string[]): Promise<T> {
  return JSON.parse(await readFile(join(...path), 'utf8')) as T;
}

async function manifestOf({ layout }: Made, tag: string): Promise<Manifest> {
  const { manifests } = await readJson<Index>(layout, 'index.json');
  const found = manifests.find((one) => one.annotations['io.containerd.image.name'] === tag);
  return readJson(blobPath(layout, found?.digest ?? 'sha256:none'));
}

let first: Made;

beforeAll(async () => {
  first = await build();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(async () => {
  for (const { root } of made) await rm(root, { recursive: true });
});

describe('the layout', () => {
  it('names every image', async () => {
    const { manifests } = await readJson<Index>(first.layout, 'index.json');
    expect(manifests.map((one) => one.annotations['io.containerd.image.name'])).toEqual(
      workloadImages.flatMap(({ tags }) => tags),
    );
    expect(await readJson(first.layout, 'oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' });
  });

  it('holds exactly the blobs that are named, each with its own digest and size', async () => {
    const { manifests } = await readJson<Index>(first.layout, 'index.json');
    const named = new Map<string, number>();
    for (const manifest of manifests) {
      const { config, layers } = await readJson<Manifest>(blobPath(first.layout, manifest.digest));
      for (const { digest, size } of [manifest, config, ...layers]) named.set(digest, size);
      const { rootfs } = await readJson<{ rootfs: { diff_ids: string[] } }>(
        blobPath(first.layout, config.digest),
      );
      // The layers are not packed, so these are the same digests.
      expect(rootfs.diff_ids).toEqual(layers.map(({ digest }) => digest));
    }
    for (const [digest, size] of named) {
      const bytes = await readFile(blobPath(first.layout, digest));
      const sum = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      expect([sum, bytes.length]).toEqual([digest, size]);
    }
    const blobs = await readdir(join(first.layout, 'blobs', 'sha256'));
    expect(blobs.map((name) => `sha256:${name}`).sort()).toEqual([...named.keys()].sort());
  });

  it('has the tools once, under all images that need them', async () => {
    const onTools = workloadImages.filter((image) => image.onTools);
    const bases = new Set<string | undefined>();
    for (const { tags } of onTools) {
      const { layers } = await manifestOf(first, tags[0] ?? '');
      expect(layers).toHaveLength(2);
      bases.add(layers[0]?.digest);
    }
    expect(onTools.length).toBeGreaterThan(2);
    expect(bases.size).toBe(1);
  });

  it('is the same for the same programs, whenever, wherever and under whichever umask', async () => {
    const again = await build(0o077);
    const text = (one: Made): Promise<string> => readFile(join(one.layout, 'index.json'), 'utf8');
    expect(await text(again)).toBe(await text(first));
  });

  it('can be read by every user of an image', async () => {
    const { layers } = await manifestOf(first, 'docker.io/library/nginx:latest');
    const archive = blobPath(first.layout, layers[1]?.digest ?? '');
    const { stdout } = await local(['tar', '-tvf', archive]);
    const page = stdout.split('\n').find((line) => line.endsWith('./var/www/html/index.html'));
    expect(page).toMatch(/^-rw-r--r-- 0\/0 /);
    for (const folder of stdout.split('\n').filter((line) => line.endsWith('/'))) {
      expect(folder).toMatch(/^drwxr-xr-x 0\/0 /);
    }
  });
});

/** podman with a store and locks of its own, so that the user's images and containers are not touched. */
describe.runIf(await hasProgram('podman'))('podman', () => {
  async function podman(...argv: string[]): Promise<string> {
    const configuration = join(first.root, 'containers.conf');
    await writeFile(configuration, '[engine]\nlock_type = "file"\n');
    const own = ['--root', join(first.root, 'podman'), '--runroot', join(first.root, 'run')];
    const words = [
      'podman',
      ...own,
      '--tmpdir',
      join(first.root, 'tmp'),
      '--storage-driver',
      'vfs',
    ];
    const env = { CONTAINERS_CONF: configuration };
    return (await local([...words, ...argv], { env })).stdout.trim();
  }

  /** The same layout with one of its images only: this is the form that podman takes. */
  async function pull(tag: string): Promise<string> {
    const { manifests } = await readJson<Index>(first.layout, 'index.json');
    const only = manifests.filter((one) => one.annotations['io.containerd.image.name'] === tag);
    const layout = join(
      first.root,
      `single-${manifests.indexOf(only[0] as Index['manifests'][0])}`,
    );
    await local(['cp', '-al', first.layout, layout]);
    await rm(join(layout, 'index.json'));
    await writeFile(
      join(layout, 'index.json'),
      JSON.stringify({ schemaVersion: 2, manifests: only }),
    );
    return podman('pull', '--quiet', `oci:${layout}`);
  }

  async function content(image: string): Promise<string> {
    const container = await podman('create', image);
    const archive = join(first.root, `${image}.tar`);
    await podman('export', '--output', archive, container);
    await podman('rm', container);
    return (await local(['tar', '-tvf', archive])).stdout;
  }

  it('accepts an image from programs alone', async () => {
    const image = await pull('registry.k8s.io/coredns/coredns:v1.14.2');
    const format = '{{json .Config}} {{.Os}}/{{.Architecture}}';
    const said = await podman('image', 'inspect', '--format', format, image);
    const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch;
    expect(said).toContain('"Entrypoint":["/coredns"]');
    expect(said).toMatch(new RegExp(` linux/${arch}$`));
    expect(await content(image)).toMatch(/^-rwxr-xr-x 0\/0 .* coredns$/m);
  });

  it('accepts one that stands on the tools', async () => {
    const files = await content(await pull('docker.io/wbitt/network-multitool:latest'));
    expect(files).toMatch(/ etc\/hostname$/m);
    expect(files).toMatch(/ etc\/nginx\/sites-enabled\/default$/m);
  });

  it('accepts one with links', async () => {
    const files = await content(await pull('docker.io/library/busybox:latest'));
    expect(files).toMatch(/^-rwxr-xr-x 0\/0 .* bin\/busybox$/m);
    expect(files).toMatch(/^l.* bin\/ping -> \/bin\/busybox$/m);
  });
});
