import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../base/paths.ts';
import type { Engine } from '../nodes/engine.ts';
import { ulimitArgv } from '../nodes/limits.ts';
import type { Report } from '../nodes/provider.ts';
import type { SandboxKind } from '../nodes/sandbox-kinds.ts';
import type { SandboxSupply } from '../nodes/sandbox.ts';
import { cached, digest } from './cache.ts';
import { ensureRoot, rootKey, sandboxRoot, toolsRoot } from './debian-roots.ts';
import { ensureImages, imagesEntry, linkOrCopy } from './images.ts';
import { ensureBuilt, folderDigest, masked } from './node-image.ts';
import type { Descriptor } from './oci.ts';

const guest = (name: string): string => join(projectRoot, 'scripts', 'guest', name);

/** Docker is there in both kinds, and started in one of them. */
const containerfile = `FROM scratch
ADD root.tar /
RUN useradd --create-home --shell /bin/bash --groups sudo,docker vagrant \\
 && systemctl mask ${masked.join(' ')} ssh.service ssh.socket \\
 && systemctl disable docker.service docker.socket containerd.service \\
 && mkdir -p /etc/lab \\
 && update-alternatives --set iptables /usr/sbin/iptables-nft
COPY files/ /
RUN touch /etc/.updated /var/.updated
STOPSIGNAL SIGRTMIN+3
CMD ["/sbin/init"]
`;

/** What a sandbox has in common with a node: who may log in, and as what. */
const nodeFiles = ['etc/ssh/sshd_config.d/lab.conf', 'etc/sudoers.d/vagrant'];

async function fillContext(rootArchive: string, context: string): Promise<void> {
  await writeFile(join(context, 'Containerfile'), containerfile);
  await linkOrCopy(rootArchive, join(context, 'root.tar'));
  await cp(guest('sandbox'), join(context, 'files'), { recursive: true });
  for (const file of nodeFiles) await cp(join(guest('node'), file), join(context, 'files', file));
}

async function ensureImage(engine: Engine, report: Report): Promise<string> {
  const rootArchive = await ensureRoot(sandboxRoot, engine, report);
  const files = await Promise.all(nodeFiles.map((file) => readFile(join(guest('node'), file))));
  const own = await folderDigest(guest('sandbox'));
  const key = digest(rootKey(sandboxRoot), containerfile, own, ...files);
  const name = `localhost/kubernetes-networking-lab/sandbox:${key}`;
  return ensureBuilt(
    engine,
    { name, fill: (context) => fillContext(rootArchive, context) },
    report,
  );
}

interface Manifest {
  config: Descriptor;
  layers: Descriptor[];
}

/** What `docker load` reads beside the blobs: https://github.com/moby/docker-image-spec, "Combined Image JSON". */
async function dockerManifest(layout: string): Promise<string> {
  const path = ({ digest: sum }: Descriptor): string => `blobs/${sum.replace(':', '/')}`;
  const read = async <T>(file: string): Promise<T> =>
    JSON.parse(await readFile(join(layout, file), 'utf8')) as T;
  const { manifests } = await read<{ manifests: Descriptor[] }>('index.json');
  const entries = manifests.map(async (one) => {
    const { config, layers } = await read<Manifest>(path(one));
    const name = one.annotations?.['io.containerd.image.name'] ?? '';
    return { Config: path(config), RepoTags: [name], Layers: layers.map(path) };
  });
  return JSON.stringify(await Promise.all(entries));
}

/** Docker's folder with the images of the course unpacked, and no container in it: each sandbox gets a copy. */
async function ensureDockerStore(image: string, engine: Engine, report: Report): Promise<string> {
  const toolsArchive = await ensureRoot(toolsRoot, engine, report);
  const keys = [rootKey(toolsRoot)];
  const folders = new Map<string, string>();
  const made = await ensureImages({ folders, toolsArchive }, keys, report, 'docker-images');
  const layout = join(made, 'layout');
  const script = guest('docker-store.sh');
  const { key } = imagesEntry(keys, 'docker-images');
  const entry = { name: 'docker-store', key: digest(key, image, await readFile(script, 'utf8')) };
  const folder = await cached(entry, async (work) => {
    const store = join(work, 'docker');
    await mkdir(store);
    await writeFile(join(work, 'manifest.json'), await dockerManifest(layout));
    report('unpacking the images for Docker');
    await engine.run(
      [
        ...['run', '--rm', '--privileged', '--network', 'none'],
        ...['--name', `lab-docker-store-${process.pid}`, ...(await ulimitArgv())],
        ...['--tmpfs', '/run', '--tmpfs', '/tmp', '--volume', `${store}:/var/lib/docker`],
        ...[
          '--volume',
          `${layout}:/images:ro`,
          '--volume',
          `${work}/manifest.json:/manifest.json:ro`,
        ],
        ...['--volume', `${script}:/docker-store.sh:ro`, image, 'bash', '/docker-store.sh'],
      ],
      { timeout: 10 * 60_000, onLine: report },
    );
    await rm(join(work, 'manifest.json'));
  });
  return join(folder, 'docker');
}

/** Everything that a sandbox of this kind is made from; made first where the cache lacks it: Debian packages only. */
export async function ensureSandboxSupply(
  kind: SandboxKind,
  engine: Engine,
  report: Report,
): Promise<SandboxSupply> {
  const image = await ensureImage(engine, report);
  if (kind === 'netns') return { image };
  return { image, dockerStore: await ensureDockerStore(image, engine, report) };
}
