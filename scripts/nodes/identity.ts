import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { readIfExists, writeAtomic } from '../base/files.ts';
import type { EnvironmentSpec, NodeSpec } from './provider.ts';

function fingerprint(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('/')).digest('hex');
}

export type Nic = 'lab' | 'nat' | 'uplink';

/** Always the same for the same node, with the first half that VirtualBox gives its NICs. */
export function macAddress(environment: string, node: string, nic: Nic): string {
  const tail = fingerprint(environment, node, nic).slice(0, 6);
  return `08:00:27:${tail.slice(0, 2)}:${tail.slice(2, 4)}:${tail.slice(4, 6)}`;
}

/** 32 hex digits, machine-id(5). */
export function machineId(environment: string, node: string): string {
  return fingerprint(environment, node, 'machine-id').slice(0, 32);
}

/** Folder that the node sees as /etc/lab: who it is. */
export function seedFolder(environment: EnvironmentSpec, node: string): string {
  return join(environment.stateDir, 'nodes', node, 'seed');
}

/** The environment's own private key for user `vagrant`, on this host. */
export function userKeyPath(environment: EnvironmentSpec): string {
  return join(environment.stateDir, 'keys', 'id_ed25519');
}

/** About one pair in a few hundred that ssh2 makes is one that it cannot read itself. */
function keyPair(comment: string): { private: string; public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    const parsed = [pair.private, pair.public].map((text) => ssh2.utils.parseKey(text));
    if (parsed.every((key) => !(key instanceof Error))) return pair;
  }
}

/** Makes an ed25519 key pair in OpenSSH form, 0600, where there is none yet. */
async function ensureKey(path: string, comment: string): Promise<{ public: string }> {
  const known = await readIfExists(`${path}.pub`);
  if (known !== undefined && (await readIfExists(path)) !== undefined) return { public: known };
  const pair = keyPair(comment);
  await writeAtomic(path, pair.private, 0o600);
  await writeAtomic(`${path}.pub`, `${pair.public}\n`);
  return { public: `${pair.public}\n` };
}

/** Its public half; the pair is made before the first node, and all nodes share it. */
export async function ensureUserKey(environment: EnvironmentSpec): Promise<string> {
  return (await ensureKey(userKeyPath(environment), `vagrant@${environment.name}`)).public;
}

/** Writes the node's identity once; later calls change nothing but its settings. */
export async function writeSeed(
  environment: EnvironmentSpec,
  node: NodeSpec,
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = seedFolder(environment, node.name);
  await mkdir(folder, { recursive: true });
  // sshd reads authorized_keys as the user who logs in, so this folder must be open whatever the umask is.
  await chmod(folder, 0o755);
  await ensureKey(join(folder, 'ssh_host_ed25519_key'), node.name);
  await writeAtomic(join(folder, 'authorized_keys'), await ensureUserKey(environment));
  await writeAtomic(join(folder, 'machine-id'), `${machineId(environment.name, node.name)}\n`);
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeAtomic(join(folder, 'node.env'), lines.join(''));
  return folder;
}

export interface Credentials {
  /** OpenSSH private key of the user `vagrant`. */
  privateKey: string;
  /** The only host key that is accepted: base64 of the public blob. */
  hostKey: string;
}

export async function readCredentials(
  environment: EnvironmentSpec,
  node: string,
): Promise<Credentials> {
  const hostKeyFile = join(seedFolder(environment, node), 'ssh_host_ed25519_key.pub');
  const [privateKey, hostKey] = await Promise.all([
    readFile(userKeyPath(environment), 'utf8'),
    readFile(hostKeyFile, 'utf8'),
  ]);
  return { privateKey, hostKey: hostKey.split(' ')[1] ?? '' };
}
