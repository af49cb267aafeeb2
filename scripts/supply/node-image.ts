import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../base/paths.ts';
import type { Engine } from '../nodes/engine.ts';
import type { Report } from '../nodes/provider.ts';
import { digest, workFolder } from './cache.ts';
import { linkOrCopy } from './images.ts';

/** The node's own files, at the paths where they belong. */
const nodeFiles = join(projectRoot, 'scripts', 'guest', 'node');

/** Programs in the node itself; the rest runs as containers from images. */
const nodePrograms: Readonly<Record<string, readonly string[]>> = {
  kubernetes: ['kubeadm', 'kubelet', 'kubectl'],
  containerd: ['containerd', 'containerd-shim-runc-v2', 'ctr'],
};

/** What a container has no use for; each costs time at every start. */
export const masked = [
  ...['getty.target', 'systemd-networkd.service', 'systemd-resolved.service'],
  ...['systemd-timesyncd.service', 'systemd-udevd.service', 'systemd-udev-trigger.service'],
  ...['systemd-logind.service', 'systemd-machine-id-commit.service', 'systemd-hwdb-update.service'],
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'fstrim.timer'],
  ...['e2scrub_all.timer', 'systemd-tmpfiles-clean.timer'],
  ...[
    'dev-hugepages.mount',
    'run-lock.mount',
    'sys-kernel-debug.mount',
    'sys-kernel-tracing.mount',
  ],
  ...[
    'sys-kernel-config.mount',
    'sys-fs-fuse-connections.mount',
    'proc-sys-fs-binfmt_misc.automount',
  ],
  ...['modprobe@configfs.service', 'modprobe@efi_pstore.service', 'modprobe@fuse.service'],
  ...['systemd-modules-load.service', 'systemd-remount-fs.service'],
];

/** The last two files say that nothing has to be made up for at the first start (systemd-update-done.service). */
const containerfile = `FROM scratch
ADD root.tar /
RUN useradd --create-home --shell /bin/bash --groups sudo vagrant \\
 && systemctl mask ${masked.join(' ')} \\
 && mkdir -p /opt/cni/bin /etc/cni/net.d /lib/modules /vagrant /etc/lab /etc/kubernetes/manifests \\
 && update-alternatives --set iptables /usr/sbin/iptables-nft \\
 && kubectl_rc='source <(kubectl completion bash); alias k=kubectl' \\
 && echo "$kubectl_rc" >> /home/vagrant/.bashrc && echo "$kubectl_rc" >> /root/.bashrc
COPY bin/ /usr/local/bin/
COPY cni/ /opt/cni/bin/
COPY files/ /
RUN systemctl enable lab-node.service containerd.service kubelet.service ssh.service \\
 && touch /etc/.updated /var/.updated
STOPSIGNAL SIGRTMIN+3
CMD ["/sbin/init"]
`;

/** A digest over a folder's files: their names, contents, and whether they are programs. */
export async function folderDigest(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const parts: (string | Buffer)[] = [];
  for (const path of paths) {
    const program = ((await stat(path)).mode & 0o111) === 0 ? 'file' : 'program';
    parts.push(path.slice(folder.length), program, await readFile(path));
  }
  return digest(...parts);
}

/** Where the programs are, and where a node has them. */
export async function programFiles(
  folders: ReadonlyMap<string, string>,
): Promise<{ from: string; to: string }[]> {
  const own = Object.entries(nodePrograms).flatMap(([component, programs]) =>
    programs.map((name) => ({
      from: join(folders.get(component) ?? '', name),
      to: `/usr/local/bin/${name}`,
    })),
  );
  const plugins = folders.get('cni-plugins') ?? '';
  const names = await readdir(plugins);
  return [
    ...own,
    ...names.map((name) => ({ from: join(plugins, name), to: `/opt/cni/bin/${name}` })),
  ];
}

export interface NodeImageParts {
  folders: ReadonlyMap<string, string>;
  rootArchive: string;
  keys: readonly string[];
}

/** Name of the image in the engine's store; its tag is the digest of all that is in it. */
export async function nodeImageName(parts: NodeImageParts): Promise<string> {
  const key = digest(
    ...parts.keys,
    containerfile,
    JSON.stringify(nodePrograms),
    await folderDigest(nodeFiles),
  );
  return `localhost/kubernetes-networking-lab/node:${key}`;
}

async function fillContext(parts: NodeImageParts, context: string): Promise<void> {
  await writeFile(join(context, 'Containerfile'), containerfile);
  await linkOrCopy(parts.rootArchive, join(context, 'root.tar'));
  for (const [component, programs] of Object.entries(nodePrograms)) {
    for (const program of programs) {
      await linkOrCopy(
        join(parts.folders.get(component) ?? '', program),
        join(context, 'bin', program),
      );
    }
  }
  const plugins = parts.folders.get('cni-plugins') ?? '';
  for (const plugin of await readdir(plugins)) {
    await linkOrCopy(join(plugins, plugin), join(context, 'cni', plugin));
  }
  await cp(nodeFiles, join(context, 'files'), { recursive: true });
}

/** Builds an image from a folder with a Containerfile, where the engine does not have it. Returns its name. */
export async function ensureBuilt(
  engine: Engine,
  image: { name: string; fill: (context: string) => Promise<void> },
  report: Report,
): Promise<string> {
  const { name, fill } = image;
  const present = await engine.run(['image', 'inspect', name], { allowFailure: true });
  if (present.exitCode === 0) return name;
  const context = await workFolder('image');
  try {
    await fill(context);
    report('building the image');
    const build = ['build', '--network', 'none', '--tag', name, '--file', 'Containerfile', '.'];
    await engine.run(build, { cwd: context, timeout: 10 * 60_000, onLine: report });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return name;
}

/** Makes the node image where the engine does not have it; about 15 s. Returns its name. */
export async function ensureNodeImage(
  parts: NodeImageParts,
  engine: Engine,
  report: Report,
): Promise<string> {
  const name = await nodeImageName(parts);
  return ensureBuilt(engine, { name, fill: (context) => fillContext(parts, context) }, report);
}
