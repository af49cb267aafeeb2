import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LabError } from '../../../scripts/base/errors.ts';
import {
  clusterSettings,
  environmentSpec,
  loadConfig,
  rememberFlags,
  requireNode,
} from '../../../scripts/lab/config.ts';
import type { LabConfig, Overrides } from '../../../scripts/lab/config.ts';

let folder: string;
const stateBefore = process.env.LAB_STATE_DIR;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-config-'));
  process.env.LAB_STATE_DIR = join(folder, 'state');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  if (stateBefore === undefined) delete process.env.LAB_STATE_DIR;
  else process.env.LAB_STATE_DIR = stateBefore;
});

function load(text: string, overrides?: Overrides): Promise<LabConfig> {
  writeFileSync(join(folder, 'lab.yaml'), text);
  return loadConfig({ cwd: folder, overrides });
}

async function problems(text: string, overrides?: Overrides): Promise<string[]> {
  try {
    await load(text, overrides);
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    expect(error).toMatchObject({ exit: 2 });
    return (error as LabError).details?.split('\n') ?? [];
  }
  return [];
}

describe('lab.yaml', () => {
  test('may be empty', async () => {
    const config = await load('');
    expect(config).toMatchObject({
      name: 'lab',
      engine: 'auto',
      network: '10.100.198.0/24',
      controlPlane: { name: 'master', address: '10.100.198.200' },
      workers: [
        { name: 'node1', address: '10.100.198.201' },
        { name: 'node2', address: '10.100.198.202' },
      ],
      cni: { name: 'flannel', flannel: { iface: 'lab', backend: 'vxlan' } },
    });
  });

  test('of the project says what holds without it', async () => {
    const { file: _, ...own } = await loadConfig({ cwd: '/' });
    const { file: __, ...defaults } = await load('');
    expect(own).toEqual(defaults);
  });

  test('is found in the folders above', async () => {
    writeFileSync(join(folder, 'lab.yaml'), 'name: above\n');
    mkdirSync(join(folder, 'a', 'b'), { recursive: true });
    const config = await loadConfig({ cwd: join(folder, 'a', 'b') });
    expect(config.name).toBe('above');
    expect(config.file).toBe(join(folder, 'lab.yaml'));
  });

  test('must exist when it is named', async () => {
    await expect(loadConfig({ cwd: folder, file: 'other.yaml' })).rejects.toMatchObject({
      code: 'no-config',
      message: `cannot read ${join(folder, 'other.yaml')}`,
    });
  });

  test('gives open addresses the next free place', async () => {
    const config = await load(
      [
        'network: 192.168.7.0/24',
        'controlPlane: { name: cp }',
        'workers: [{ name: a }, { name: b, address: 192.168.7.202 }, { name: c }]',
      ].join('\n'),
    );
    expect([config.controlPlane, ...config.workers].map(({ address }) => address)).toEqual([
      '192.168.7.200',
      '192.168.7.201',
      '192.168.7.202',
      '192.168.7.203',
    ]);
    const small = await load('network: 192.168.7.16/29\n');
    expect(small.controlPlane.address).toBe('192.168.7.18');
  });

  test('takes the bundle relative to itself', async () => {
    const config = await load('supply: { source: bundle, bundle: ./x.tar }\n');
    expect(config.supply.bundle).toBe(join(folder, 'x.tar'));
  });

  test('with overlapping networks is refused, at every place', async () => {
    const text = [
      'network: 10.0.0.0/16',
      'kubernetes:',
      '  podSubnet: 10.96.0.0/16',
      '  serviceSubnet: 10.96.0.0/12',
      'cni: { name: weave, weave: { range: 10.96.128.0/17 } }',
    ].join('\n');
    expect(await problems(text)).toEqual([
      'lab.yaml:1:10: network 10.0.0.0/16 overlaps the NAT network of the nodes (10.0.2.0/24)',
      'lab.yaml:4:18: kubernetes.serviceSubnet 10.96.0.0/12 overlaps kubernetes.podSubnet (10.96.0.0/16)',
      'lab.yaml:5:37: cni.weave.range 10.96.128.0/17 overlaps kubernetes.podSubnet (10.96.0.0/16)',
      'lab.yaml:5:37: cni.weave.range 10.96.128.0/17 overlaps kubernetes.serviceSubnet (10.96.0.0/12)',
    ]);
  });

  test('may have the lab network of the course inside the default services', async () => {
    expect(await problems('kubernetes: { serviceSubnet: 10.96.0.0/12 }\n')).toEqual([]);
    expect(await problems('kubernetes: { serviceSubnet: 10.100.0.0/16 }\n')).toEqual([
      'lab.yaml:1:30: kubernetes.serviceSubnet 10.100.0.0/16 overlaps network (10.100.198.0/24)',
    ]);
  });

  test('with wrong nodes is refused, at every place', async () => {
    const text = [
      'controlPlane: { name: Master, address: 10.100.199.200 }',
      'workers:',
      '  - { name: node1, address: 10.100.198.1 }',
      '  - { name: node1, address: 10.100.198.255 }',
      '  - { name: b, address: 10.100.198.0 }',
      '  - { name: c, address: 10.100.198.7 }',
      '  - { name: d, address: 10.100.198.7 }',
      '  - { name: e, address: 10.100.198.300 }',
    ].join('\n');
    expect(await problems(text)).toEqual([
      expect.stringMatching(/^lab.yaml:1:23: controlPlane.name "Master" must be small letters/),
      'lab.yaml:1:40: controlPlane.address 10.100.199.200 is outside the lab network 10.100.198.0/24',
      'lab.yaml:3:29: workers[0].address 10.100.198.1 belongs to the host',
      'lab.yaml:4:13: workers[1].name node1 is taken by another node',
      "lab.yaml:4:29: workers[1].address 10.100.198.255 is the network's broadcast address",
      "lab.yaml:5:25: workers[2].address 10.100.198.0 is the network's own address",
      'lab.yaml:7:25: workers[4].address 10.100.198.7 is taken by c',
      'lab.yaml:8:25: workers[5].address "10.100.198.300" is no IPv4 address',
    ]);
  });

  test.each([
    ['name: my_lab', /1:7: name "my_lab" must be small letters/],
    ['kubernetes: { version: v1.36.3 }', /version "v1.36.3" must be three numbers without/],
    ['kubernetes: { version: 1.36 }', /version must be text, not 1.36/],
    ['kubernetes: { podSubnet: 10.244.0.0/23 }', /podSubnet \/23 is too small: each of 3 nodes/],
    ['kubernetes: { serviceSubnet: 172.16.0.0/29 }', /must be between \/12 and \/28/],
    ['kubernetes: { dnsDomain: a..b }', /dnsDomain "a..b" is no domain name/],
    ['network: fd00::/64', /looks like IPv6; only IPv4/],
    ['network: 10.9.0.0/30', /\/30 must be between \/8 and \/29/],
    [
      'cni: { name: calico }',
      /cni.name cannot be the text "calico". Known: flannel, weave, labnet, none/,
    ],
    ['cni: { name: flanel }', /Did you mean "flannel"\?/],
    ['cni: { flannel: { iface: a/b } }', /iface "a\/b" must be lab, default-route or/],
    ['cni: { labnet: { iface: 10.0.0.1/8 } }', /iface "10.0.0.1\/8" must be .* or a network/],
    ['cni: { labnet: { mode: bgp } }', /cni.labnet.mode/],
    ['cni: { labnet: { vpc: { enis: 16 } } }', /cni.labnet.vpc.enis/],
    ['cni: { labnet: { vpc: { warmEnis: 1 } } }', /warmEni/],
    ['supply: { source: bundle }', /source is bundle, but supply.bundle names no file/],
    ['supply: { source: release, bundle: x }', /bundle contradicts supply.source: release/],
    ['supply: { releaseBase: here }', /"here" is no http or https address/],
    ['worker: []', /1:1: worker is not known here. Did you mean "workers"\?/],
    [`workers: [${'{ name: a },'.repeat(10)}]`, /1:10: workers must have at most 9 entries/],
  ])('%s is refused', async (text, message) => {
    expect((await problems(text)).join('\n')).toMatch(message);
  });
});

describe('flags', () => {
  test('choose how many workers there are', async () => {
    const text = 'workers: [{ name: node2 }, { name: b }]\n';
    expect((await load(text, { workers: 1 })).workers.map(({ name }) => name)).toEqual(['node2']);
    expect((await load(text, { workers: '4' })).workers).toEqual([
      { name: 'node2', address: '10.100.198.201' },
      { name: 'b', address: '10.100.198.202' },
      { name: 'node1', address: '10.100.198.203' },
      { name: 'node3', address: '10.100.198.204' },
    ]);
    expect((await load(text, { workers: 0 })).workers).toEqual([]);
  });

  test('move the lab to another network', async () => {
    const text = 'controlPlane: { name: m, address: 10.100.198.9 }\n';
    const config = await load(text, { network: '10.77.0.0/24', cni: 'none', flannelIface: 'eth9' });
    expect(config).toMatchObject({
      network: '10.77.0.0/24',
      controlPlane: { address: '10.77.0.9' },
      workers: [{ address: '10.77.0.10' }, { address: '10.77.0.11' }],
      cni: { name: 'none', flannel: { iface: 'eth9' } },
    });
  });

  test('are refused all at once, by name', async () => {
    const overrides = {
      name: '../up',
      cni: 'flanel',
      engine: 'dcoker',
      workers: '10',
      network: '10.244.7.0/24',
    };
    expect(await problems('', overrides)).toEqual([
      '--workers 10: must be a whole number from 0 to 9',
      '--engine dcoker: cannot be the text "dcoker". Did you mean "docker"?',
      '--cni flanel: cannot be the text "flanel". Did you mean "flannel"?',
      '--env ../up: "../up" must be small letters, digits and dashes, at most 20',
      '--network 10.244.7.0/24: kubernetes.podSubnet 10.244.0.0/16 overlaps network (10.244.7.0/24)',
    ]);
    expect(await problems('', { network: '10.9.0.0/40' })).toEqual([
      '--network 10.9.0.0/40: "10.9.0.0/40" is no IPv4 network, as in 10.244.0.0/16',
    ]);
    expect(await problems('', { source: 'bundle' })).toEqual([
      '--source bundle: is bundle, but supply.bundle names no file',
    ]);
  });

  test('are remembered for the environment, and give way to new ones', async () => {
    const first = await load('', { name: 'b', network: '10.77.0.0/24', cni: 'none' });
    await rememberFlags(first.name, first.flags);

    const again = await loadConfig({ cwd: folder, overrides: { name: 'b', cni: 'weave' } });
    expect(again).toMatchObject({ network: '10.77.0.0/24', cni: { name: 'weave' } });
    const fresh = await loadConfig({ cwd: folder, overrides: { name: 'b' }, remember: false });
    expect(fresh.network).toBe('10.100.198.0/24');
    expect((await loadConfig({ cwd: folder })).network).toBe('10.100.198.0/24');
  });

  test('remember the file given with --config as long as it exists', async () => {
    const other = join(folder, 'other.yaml');
    writeFileSync(other, 'name: lab\nworkers: []\n');
    const given = await loadConfig({ cwd: folder, file: 'other.yaml' });
    await rememberFlags(given.name, given.flags);
    expect((await load('')).workers).toEqual([]);
    rmSync(other);
    expect((await load('')).workers).toHaveLength(2);
  });

  test('remember where the nodes are, whatever becomes of the file', async () => {
    const other = join(folder, 'other.yaml');
    writeFileSync(other, 'provider: vagrant\n');
    const given = await loadConfig({ cwd: folder, file: 'other.yaml' });
    await rememberFlags(given.name, given.flags);
    rmSync(other);
    expect((await load('')).provider).toBe('vagrant');
    const elsewhere = await load('', { provider: 'container' });
    await expect(rememberFlags(elsewhere.name, elsewhere.flags)).rejects.toMatchObject({
      code: 'other-provider',
    });
  });

  test('that were damaged on disk are named with their file', async () => {
    mkdirSync(join(folder, 'state', 'lab'), { recursive: true });
    writeFileSync(join(folder, 'state', 'lab', 'flags.json'), '{');
    await expect(load('')).rejects.toMatchObject({ code: 'bad-state' });
  });
});

describe('what others are told', () => {
  test('kubeadm and the CNI', async () => {
    expect(clusterSettings(await load(''))).toEqual({
      kubernetesVersion: '1.36.3',
      podSubnet: '10.244.0.0/16',
      serviceSubnet: '10.96.0.0/12',
      dnsDomain: 'cluster.local',
      cni: {
        name: 'flannel',
        flannel: { iface: 'lab', backend: 'vxlan' },
        weave: { range: '10.32.0.0/12' },
        labnet: {
          mode: 'overlay',
          iface: 'lab',
          vpc: { warmEni: 1, enis: 3, addressesPerEni: 6 },
        },
      },
    });
  });

  test('the provider', async () => {
    expect(environmentSpec(await load('', { workers: 1 }))).toEqual({
      name: 'lab',
      network: '10.100.198.0/24',
      nodes: [
        { name: 'master', role: 'control-plane', address: '10.100.198.200' },
        { name: 'node1', role: 'worker', address: '10.100.198.201' },
      ],
      stateDir: join(folder, 'state', 'lab'),
      sharedDir: join(folder, 'state', 'lab', 'vagrant'),
      internal: ['10.96.0.0/12'],
    });
  });

  test('someone who mistypes a node', async () => {
    const config = await load('');
    expect(requireNode(config, 'node2').address).toBe('10.100.198.202');
    expect(() => requireNode(config, 'ndoe2')).toThrow(
      expect.objectContaining({ code: 'unknown-node', why: 'Did you mean "node2"?' }),
    );
  });
});
