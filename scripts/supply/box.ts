import { existsSync } from 'node:fs';
import { cp, mkdir, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomic } from '../base/files.ts';
import { cacheRoot, projectRoot } from '../base/paths.ts';
import { imagesKey, imagesMark } from '../nodes/guest/prepare.ts';
import { askKvm } from '../nodes/kvm.ts';
import { hasProgram, local } from '../nodes/local.ts';
import type { Report, Supply } from '../nodes/provider.ts';
import { cached, digest } from './cache.ts';
import { suite } from './debian-roots.ts';
import { linkOrCopy } from './images.ts';
import { folderDigest } from './node-image.ts';

/** Where the name of the box that was built last is kept, for `lab config` and so for the Vagrantfile. */
export function ownBoxFile(): string {
  return join(cacheRoot(), 'box');
}

/** Debian packages that building a box takes and this host lacks. */
export async function missingForBox(): Promise<string[]> {
  const programs = { vagrant: ['vagrant', 'vagrant-libvirt'], 'qemu-img': ['qemu-utils'] };
  const found = await Promise.all(
    Object.entries(programs).map(async ([program, packages]) =>
      (await hasProgram(program)) ? [] : packages,
    ),
  );
  return [...found.flat(), ...(existsSync(join(grub, 'boot.img')) ? [] : ['grub-pc-bin'])];
}

const grub = '/usr/lib/grub/i386-pc';
const minute = 60_000;
const sector = 512;
/** Where the one partition begins: at a megabyte, as every tool does it; GRUB's core lies before it. */
const firstSector = 2048;
const diskBytes = 24 * 2 ** 30;

const guestFiles = (name: string): string => join(projectRoot, 'scripts', 'guest', name);

/** What a machine needs and a container does not. The cloud kernel has virtio drivers, and starts in half the time. */
const machinePackages = [
  ...['linux-image-cloud-amd64', 'initramfs-tools', 'systemd-resolved', 'udev', 'dbus', 'rsync'],
];

const units = ['systemd-networkd.service', 'systemd-resolved.service', 'lab-ssh-keys.service'];

/** Inside the new root; no word of these comes from outside. */
const setUp = [
  'useradd --create-home --shell /bin/bash --groups sudo vagrant',
  'install -d -m 0700 -o vagrant -g vagrant /home/vagrant/.ssh',
  'update-alternatives --set iptables /usr/sbin/iptables-nft',
];

export function boxRootArgv(packages: readonly string[], folder: string): readonly string[] {
  const all = [...new Set([...packages, ...machinePackages])];
  return [
    ...['mmdebstrap', '--variant=minbase', '--format=directory', `--include=${all.join(',')}`],
    ...['--dpkgopt=path-exclude=/usr/share/man/*', '--dpkgopt=path-exclude=/usr/share/doc/*'],
    '--dpkgopt=path-exclude=/usr/share/locale/*',
    ...setUp.map((line) => `--customize-hook=chroot "$1" ${line}`),
    ...[suite, folder],
  ];
}

/**
 * Master boot record: GRUB's first 440 bytes, which load what begins at sector 1, and one bootable Linux partition.
 * @see https://wiki.osdev.org/MBR_(x86)
 */
export function bootRecord(loader: Buffer, sectors: number): Buffer {
  const record = Buffer.alloc(sector);
  loader.copy(record, 0, 0, 440);
  const entry = 446;
  record.writeUInt8(0x80, entry);
  record.fill(0xff, entry + 1, entry + 4);
  record.writeUInt8(0x83, entry + 4);
  record.fill(0xff, entry + 5, entry + 8);
  record.writeUInt32LE(firstSector, entry + 8);
  record.writeUInt32LE(sectors, entry + 12);
  record.writeUInt16LE(0xaa55, 510);
  return record;
}

/** What mmdebstrap took over from this host, and what each machine has to have for itself. */
const ownScript = `
set -e
rm -f "$1"/etc/ssh/ssh_host_*
: >"$1/etc/machine-id"
echo debian >"$1/etc/hostname"
ln -sf ../run/systemd/resolve/stub-resolv.conf "$1/etc/resolv.conf"`;

/** Folders whose files a machine gets, later ones over earlier ones. */
async function fileFolders(): Promise<string[]> {
  const emulated = (await askKvm()) === 'works' ? [] : ['box-emulated'];
  return ['node', 'box', ...emulated].map(guestFiles);
}

async function fillRoot(root: string, supply: Supply, folders: readonly string[]): Promise<void> {
  for (const { from, to } of supply.programs) {
    await rm(join(root, to), { force: true });
    await linkOrCopy(from, join(root, to));
  }
  for (const folder of folders) await cp(folder, root, { recursive: true });
  // The lab gives each node its own host key; until then sshd has those of its first start.
  await rm(join(root, 'etc/ssh/sshd_config.d/lab.conf'));
  await local(['sh', '-c', ownScript, 'sh', root]);
  if (supply.whole) {
    const store = ['cp', '-al', `${supply.whole.goldenStore}/.`, join(root, 'var/lib/containerd/')];
    await local(store, { timeout: 10 * minute });
    await mkdir(join(root, dirname(imagesMark)), { recursive: true });
    await writeFile(join(root, imagesMark), imagesKey(supply));
  }
  const source = (await local(['ruby', '-e', 'require "vagrant"; print Vagrant.source_root']))
    .stdout;
  const key = await readFile(join(source, 'keys', 'vagrant.pub'), 'utf8');
  const keys = join(root, 'home/vagrant/.ssh/authorized_keys');
  await writeFile(keys, key, { mode: 0o600 });
  await local(['chroot', root, 'chown', '-R', 'vagrant:vagrant', '/home/vagrant/.ssh']);
  await local(['chroot', root, 'systemctl', 'enable', ...units]);
}

async function makeDisk(root: string, work: string, disk: string): Promise<void> {
  const core = join(work, 'core.img');
  await local([
    ...['grub-mkimage', '--format=i386-pc', '--directory', grub, '--output', core],
    ...['--prefix=(hd0,msdos1)/boot/grub', 'biosdisk', 'part_msdos', 'ext2', 'linux', 'normal'],
  ]);
  await writeFile(disk, '');
  await truncate(disk, diskBytes);
  const sectors = diskBytes / sector - firstSector;
  const file = await open(disk, 'r+');
  try {
    await file.write(bootRecord(await readFile(join(grub, 'boot.img')), sectors), 0, sector, 0);
    const image = await readFile(core);
    await file.write(image, 0, image.length, sector);
  } finally {
    await file.close();
  }
  const at = `offset=${firstSector * sector}`;
  const blocks = String((sectors * sector) / 4096);
  await local(
    ['mkfs.ext4', '-q', '-F', '-b', '4096', '-L', 'lab-root', '-E', at, '-d', root, disk, blocks],
    { timeout: 10 * minute },
  );
}

/**
 * A Vagrant box for libvirt, of Debian packages, with all programs and images in it; needs root. About 2 minutes, 3 GB.
 * Without KVM here, its kernel is told that its processor is emulated.
 * Vagrant knows it afterwards. @returns The name of the box, which changes with all that is in it.
 */
export async function ensureBox(supply: Supply, report: Report): Promise<string> {
  const what = JSON.stringify([boxRootArgv(supply.packages, 'OUT'), units, ownScript, supply]);
  const folders = await fileFolders();
  const key = digest(what, ...(await Promise.all(folders.map(folderDigest))));
  const folder = await cached({ name: 'box', key }, async (work) => {
    const root = join(work, 'root');
    report('Debian for machines');
    await local(boxRootArgv(supply.packages, root), {
      timeout: 20 * minute,
      onLine: (line) => {
        if (line.startsWith('I: ')) report(line.slice('I: '.length));
      },
    });
    report('programs and images');
    await mkdir(join(root, 'var/lib/containerd'), { recursive: true });
    await fillRoot(root, supply, folders);
    report('the disk');
    const disk = join(work, 'disk.raw');
    await makeDisk(root, work, disk);
    await rm(root, { recursive: true, force: true });
    report('the box');
    const image = join(work, 'box.img');
    await local(['qemu-img', 'convert', '-O', 'qcow2', disk, image], { timeout: 10 * minute });
    await rm(disk);
    const size = diskBytes / 2 ** 30;
    const metadata = { provider: 'libvirt', format: 'qcow2', virtual_size: size };
    await writeFile(join(work, 'metadata.json'), JSON.stringify(metadata));
    const parts = ['metadata.json', 'box.img'];
    await local(['tar', '-C', work, '-cf', join(work, 'debian.box'), ...parts], {
      timeout: 10 * minute,
    });
    for (const part of [...parts, 'core.img']) await rm(join(work, part));
  });
  const name = `kubernetes-networking-lab/debian-${key}`;
  const known = await local(['vagrant', 'box', 'list']);
  if (!known.stdout.includes(`${name} `)) {
    report('adding the box to Vagrant');
    const add = ['vagrant', 'box', 'add', '--name', name, join(folder, 'debian.box')];
    await local(add, { timeout: 10 * minute });
  }
  await writeAtomic(ownBoxFile(), name);
  return name;
}
