import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../scripts/base/paths.ts';
import { macAddress } from '../../../scripts/nodes/identity.ts';
import { askKvm } from '../../../scripts/nodes/kvm.ts';
import { hasProgram, local } from '../../../scripts/nodes/local.ts';

interface Rendered {
  hostname: string;
  box: string;
  folder: { hostpath: string; type?: string };
  ssh: { insert: boolean; keys: string[] };
  network: Record<string, unknown>;
  prefix?: string;
  driver?: string;
  model?: string;
  cpus?: number;
  memory?: number;
  management?: string;
  arguments?: string[];
  name?: string;
  customizations?: string[];
}

type Machines = Record<string, Rendered>;

const there = await hasProgram('vagrant');
const kvm = (await askKvm()) === 'works';
/** Emulated machines share this host's processors. */
const processors = availableParallelism();
const shared = (nodes: number): number => Math.max(1, Math.floor(processors / nodes));
const own = `name: course
network: 10.100.7.0/24
controlPlane: { name: cp }
workers: [{ name: one, address: 10.100.7.9 }]
vm: { box: generic/debian13, cpus: 3, memory: 3000 }
`;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-vagrant-'));
  env = {
    LAB_STATE_DIR: join(folder, 'state'),
    LAB_CACHE_DIR: join(folder, 'cache'),
    VAGRANT_HOME: join(folder, 'home'),
    VAGRANT_DOTFILE_PATH: join(folder, 'machines'),
    VAGRANT_CWD: projectRoot,
    VAGRANT_CHECKPOINT_DISABLE: '1',
  };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function render(labYaml: string): Promise<Record<'libvirt' | 'virtualbox', Machines>> {
  await writeFile(join(folder, 'lab.yaml'), labYaml);
  const script = join(import.meta.dirname, 'rendered.rb');
  const { stdout } = await local(['ruby', script, projectRoot], { cwd: folder, env });
  return JSON.parse(stdout) as Record<'libvirt' | 'virtualbox', Machines>;
}

describe.runIf(there)('the Vagrantfile', () => {
  it('is valid', async () => {
    await writeFile(join(folder, 'lab.yaml'), '');
    const { stdout } = await local(['vagrant', 'validate', '--ignore-provider'], {
      cwd: folder,
      env,
    });
    expect(stdout).toContain('Vagrantfile validated successfully.');
  });

  it('makes the machines of the course by itself', async () => {
    const { libvirt, virtualbox } = await render('');
    expect(Object.keys(libvirt)).toEqual(['master', 'node1', 'node2']);
    expect(Object.keys(virtualbox)).toEqual(['master', 'node1', 'node2']);
    expect(libvirt['node1']).toMatchObject({
      hostname: 'node1',
      box: 'debian/trixie64',
      network: {
        ip: '10.100.198.201',
        mac: macAddress('lab', 'node1', 'lab').replaceAll(':', ''),
        libvirt__network_name: 'lab-net',
      },
      prefix: 'lab-',
      ...(kvm
        ? { driver: 'kvm', cpus: 2 }
        : { driver: 'qemu', cpus: Math.min(2, shared(3)), model: 'Westmere' }),
      memory: 2048,
      management: macAddress('lab', 'node1', 'uplink'),
      arguments: [
        ...['-netdev', 'user,id=nat', '-device'],
        `virtio-net-pci,netdev=nat,mac=${macAddress('lab', 'node1', 'nat')},addr=0x1f`,
      ],
    });
    expect(libvirt['master']?.cpus).toBe(kvm ? 2 : Math.min(2, processors));
    expect(virtualbox['node1']).toMatchObject({
      hostname: 'node1',
      box: 'bento/debian-13',
      folder: { hostpath: join(folder, 'state', 'lab', 'vagrant') },
      name: 'lab-node1',
      customizations: ['modifyvm id --cpus 2', 'modifyvm id --memory 2048'],
    });
  });

  it('follows lab.yaml', async () => {
    const { libvirt, virtualbox } = await render(own);
    expect(Object.keys(libvirt)).toEqual(['cp', 'one']);
    expect(libvirt['one']).toMatchObject({
      box: 'generic/debian13',
      network: { ip: '10.100.7.9', libvirt__network_name: 'course-net' },
      prefix: 'course-',
      cpus: kvm ? 3 : Math.min(3, shared(2)),
      memory: 3000,
    });
    expect(virtualbox['cp']).toMatchObject({
      box: 'generic/debian13',
      name: 'course-cp',
      network: { ip: '10.100.7.200' },
    });
  });

  it("lets itself in with the box's key, then with the lab's, and makes none", async () => {
    const boxKey = join(folder, 'home', 'insecure_private_key');
    const labKey = join(folder, 'state', 'lab', 'keys', 'id_ed25519');
    const keys = async (): Promise<unknown> => (await render('')).libvirt['node1']?.ssh;
    expect(await keys()).toEqual({ insert: false, keys: [boxKey] });
    await mkdir(dirname(labKey), { recursive: true });
    await writeFile(labKey, 'as good as any', { mode: 0o600 });
    expect(await keys()).toEqual({ insert: false, keys: [labKey, boxKey] });
  });

  it('says what is wrong with lab.yaml', async () => {
    await expect(render('vm: { cpus: 1 }\n')).rejects.toMatchObject({
      details: expect.stringContaining('lab.yaml:1:13') as string,
    });
  });
});
