import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ensureUserKey,
  machineId,
  macAddress,
  readCredentials,
  seedFolder,
  writeSeed,
  type Nic,
} from '../../../scripts/nodes/identity.ts';
import type { EnvironmentSpec } from '../../../scripts/nodes/provider.ts';

const names = { environments: ['lab', 'lab2', 'other'], nodes: ['master', 'node1', 'node2'] };
const nics: Nic[] = ['lab', 'nat', 'uplink'];

describe('macAddress', () => {
  it('never changes', () => {
    // Written down: another value would give running environments other NICs after an update.
    expect(macAddress('lab', 'master', 'lab')).toBe('08:00:27:64:64:48');
  });

  it('is one of VirtualBox, and another for every NIC', () => {
    const all = names.environments.flatMap((environment) =>
      names.nodes.flatMap((node) => nics.map((nic) => macAddress(environment, node, nic))),
    );
    for (const mac of all) expect(mac).toMatch(/^08:00:27(:[0-9a-f]{2}){3}$/);
    expect(new Set(all).size).toBe(all.length);
  });

  it('does not mix up where one name ends and the next begins', () => {
    expect(macAddress('lab', 'a-b', 'lab')).not.toBe(macAddress('lab-a', 'b', 'lab'));
  });
});

describe('machineId', () => {
  it('never changes, and has the form of machine-id(5)', () => {
    expect(machineId('lab', 'master')).toBe('0cc3a6c6420167524aaf754016194db8');
    const all = names.environments.flatMap((one) =>
      names.nodes.map((node) => machineId(one, node)),
    );
    for (const id of all) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('on disk', () => {
  const node = { name: 'node1', role: 'worker', address: '10.100.198.201' } as const;
  let environment: EnvironmentSpec;

  beforeEach(async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'lab-identity-'));
    const sharedDir = join(stateDir, 'vagrant');
    environment = {
      name: 'lab',
      network: '10.100.198.0/24',
      nodes: [node],
      stateDir,
      sharedDir,
      internal: [],
    };
  });

  afterEach(async () => {
    await rm(environment.stateDir, { recursive: true });
  });

  const mode = async (path: string): Promise<string> =>
    ((await stat(path)).mode & 0o777).toString(8);

  it('a seed holds all that makes a node this node', async () => {
    const folder = await writeSeed(environment, node, {
      LAB_ADDRESS: node.address,
      DNS_SERVER: '',
    });
    expect(folder).toBe(seedFolder(environment, 'node1'));
    expect((await readdir(folder)).sort()).toEqual([
      'authorized_keys',
      'machine-id',
      'node.env',
      'ssh_host_ed25519_key',
      'ssh_host_ed25519_key.pub',
    ]);
    const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
    expect(await text('node.env')).toBe('LAB_ADDRESS=10.100.198.201\nDNS_SERVER=\n');
    expect(await text('machine-id')).toBe(`${machineId('lab', 'node1')}\n`);
    expect(await text('authorized_keys')).toBe(await ensureUserKey(environment));
  });

  it.each(['022', '077'])(
    'sshd can read it under umask %s, and no one else the keys',
    async (umask) => {
      const before = process.umask(umask);
      let folder = '';
      try {
        folder = await writeSeed(environment, node, {});
      } finally {
        process.umask(before);
      }
      // sshd reads authorized_keys as the user who logs in.
      expect(await mode(folder)).toBe('755');
      expect(await mode(join(folder, 'authorized_keys'))).toBe('644');
      expect(await mode(join(folder, 'machine-id'))).toBe('644');
      expect(await mode(join(folder, 'ssh_host_ed25519_key'))).toBe('600');
      expect(await mode(join(environment.stateDir, 'keys', 'id_ed25519'))).toBe('600');
    },
  );

  it('keys stay the same, settings follow', async () => {
    const folder = await writeSeed(environment, node, { DNS_SERVER: '192.0.2.1' });
    const before = await readCredentials(environment, 'node1');
    await writeSeed(environment, node, { DNS_SERVER: '192.0.2.2' });
    expect(await readCredentials(environment, 'node1')).toEqual(before);
    expect(await readFile(join(folder, 'node.env'), 'utf8')).toBe('DNS_SERVER=192.0.2.2\n');
  });

  it('a key pair of which half is lost is made anew', async () => {
    await ensureUserKey(environment);
    await rm(join(environment.stateDir, 'keys', 'id_ed25519'));
    const made = await ensureUserKey(environment);
    await writeSeed(environment, node, {});
    const { privateKey } = await readCredentials(environment, 'node1');
    const key = ssh2.utils.parseKey(privateKey);
    if (key instanceof Error) throw key;
    expect(made.split(' ')[1]).toBe(key.getPublicSSH().toString('base64'));
  });

  it('credentials are what ssh needs: the private key, and the host key in its wire form', async () => {
    const folder = await writeSeed(environment, node, {});
    const { privateKey, hostKey } = await readCredentials(environment, 'node1');
    for (const text of [privateKey, await readFile(join(folder, 'ssh_host_ed25519_key'), 'utf8')]) {
      const key = ssh2.utils.parseKey(text);
      if (key instanceof Error) throw key;
      expect([key.type, key.isPrivateKey()]).toEqual(['ssh-ed25519', true]);
    }
    const host = ssh2.utils.parseKey(await readFile(join(folder, 'ssh_host_ed25519_key'), 'utf8'));
    if (host instanceof Error) throw host;
    expect(hostKey).toBe(host.getPublicSSH().toString('base64'));
  });
});
