import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { projectRoot } from '../../base/paths.ts';
import type { Node } from '../node.ts';
import type { EnvironmentSpec, Report, Supply } from '../provider.ts';
import type { SshTarget } from '../ssh.ts';
import { guestText, runGuest } from './script.ts';
import { send, type Sent } from './send.ts';

/** A plain machine, reached as it was made. */
export interface Guest {
  node: Node;
  target: SshTarget;
}

const minute = 60_000;

/** The node's own files, the same as in node containers. */
const nodeFiles = join(projectRoot, 'scripts', 'guest', 'node');

/** Says what the machine was prepared with. */
const mark = '/var/lib/lab/prepared';
const imagesFolder = '/var/lib/lab/images';

/** Says which images its containerd has. */
export const imagesMark = '/var/lib/lab/images.key';

/** The same for the same images: the cache names folders by their content. */
export function imagesKey({ images }: Supply): string {
  return basename(dirname(images));
}

async function has(node: Node, path: string, key: string): Promise<boolean> {
  return (await node.exec(['cat', path], { allowFailure: true })).stdout === key;
}

/** Every file below a folder, with its place below another one. */
async function below(folder: string, to: string): Promise<Sent[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async (entry) => {
      const from = join(entry.parentPath, entry.name);
      const program = ((await stat(from)).mode & 0o111) !== 0;
      return { from, to: join(to, from.slice(folder.length)), mode: program ? '0755' : '0644' };
    }),
  );
}

async function keyOf(supply: Supply, files: readonly Sent[]): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await guestText('prepare.sh'));
  hash.update(JSON.stringify([supply.packages, supply.programs, supply.images]));
  for (const { from, to, mode } of files)
    hash.update(`${to} ${mode} `).update(await readFile(from));
  return hash.digest('hex');
}

/** Whoever the machine was before: from now on it has the name, keys and addresses that its seed says. */
async function giveIdentity(node: Node, { nodes }: EnvironmentSpec, seed: string): Promise<void> {
  for (const name of await readdir(seed)) {
    const mode = name.endsWith('_key') ? '0600' : '0644';
    if (name !== 'machine-id') {
      await node.put(`/etc/lab/${name}`, await readFile(join(seed, name)), { mode });
    }
  }
  // Vagrant sets the name only when it makes a machine: one that was stopped on the way keeps that of its box.
  await node.put('/etc/hostname', `${node.name}\n`);
  const hosts = nodes.map(({ name, address }) => `${address} ${name}`).join('\n');
  const script = 'grep -qxF "$1" /etc/hosts || printf "%s\\n" "$1" >>/etc/hosts';
  for (const line of hosts.split('\n')) await node.exec(['sh', '-c', script, 'sh', line]);
}

const importScript = `
set -e
tar -C "$1" -cf - . | ctr --namespace k8s.io images import --digests=false -
rm -r "$1"`;

/** From here on only the lab's own key is let in, and the lab's host key is shown: everybody has the key that boxes come with. */
const handOverScript = `
set -e
systemctl restart ssh.service
sed -i '/ vagrant insecure public key$/d' ~vagrant/.ssh/authorized_keys
echo -n "$1" >"$2"`;

/**
 * Makes a lab node of a plain Debian or Ubuntu machine: packages, programs, files, images, identity. Goes on where it was
 * interrupted; does nothing where all is there. Afterwards the machine answers as its seed says, with another host key.
 */
export async function prepareGuest(
  { node, target }: Guest,
  environment: EnvironmentSpec,
  seed: string,
  supply: Supply,
  report: Report,
): Promise<void> {
  const files = await below(nodeFiles, '/');
  const key = await keyOf(supply, files);
  if (await has(node, mark, key)) return;
  report('installing packages');
  await runGuest(node, 'prepare.sh', supply.packages, { timeout: 30 * minute, onLine: report });
  const programs = supply.programs.map((program) => ({ ...program, mode: '0755' }));
  await send(node, target, [...programs, ...files], report);
  await giveIdentity(node, environment, seed);
  report('starting containerd');
  const units = ['lab-node.service', 'containerd.service', 'kubelet.service'];
  await node.exec(['systemctl', 'daemon-reload']);
  await node.exec(['systemctl', 'enable', ...units]);
  await node.exec(['systemctl', 'restart', 'lab-node.service', 'containerd.service'], {
    timeout: 2 * minute,
  });
  if (!(await has(node, imagesMark, imagesKey(supply)))) {
    await send(node, target, await below(supply.images, imagesFolder), report);
    report('importing the images');
    await node.exec(['sh', '-c', importScript, 'sh', imagesFolder], { timeout: 30 * minute });
    await node.put(imagesMark, imagesKey(supply));
  }
  // The last thing on this connection, all at once: a new one would be shown another host key.
  await node.exec(['bash', '-c', handOverScript, 'bash', key, mark]);
}
