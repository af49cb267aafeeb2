import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEnvironment, type Environment } from '../../scripts/lab/environment.ts';
import { loadConfig, type LabConfig } from '../../scripts/lab/config.ts';
import { network, supply } from '../../scripts/lab/steps/nodes.ts';
import type { Node } from '../../scripts/nodes/node.ts';
import { labConfig } from './lab-config.ts';

/** A provider that is to keep the contract, and an environment that the test may make and remove. */
export interface Subject {
  provider: LabConfig['provider'];
  name: string;
  network: string;
  /** Everything of the environment that is on the host. */
  leftovers: () => Promise<string[]>;
}

const silent = (): void => undefined;
const { signal } = new AbortController();

/** What callers of `Provider` rely on, whatever makes the nodes; two nodes, without Kubernetes. */
export function keepsTheContract({
  provider: kind,
  name,
  network: range,
  leftovers,
}: Subject): void {
  describe(`the provider ${kind}`, () => {
    let environment: Environment;
    let saved: string;
    const names = ['master', 'node1'];
    const provider = (): Environment['provider'] => environment.provider;
    const nodes = (): Node[] => names.map((one) => provider().node(one));
    const said = async (node: Node, ...argv: string[]): Promise<string> =>
      (await node.exec(argv)).stdout.trim();
    const all = async (): Promise<string[]> =>
      Promise.all(names.map((one) => provider().ensure(one, silent)));
    const states = async (): Promise<Record<string, string>> =>
      Object.fromEntries(await provider().states());

    beforeAll(async () => {
      saved = await mkdtemp(join(tmpdir(), 'lab-contract-'));
      const nodes = { controlPlane: { name: 'master' }, workers: [{ name: 'node1' }] };
      const file = await labConfig(saved, { name, network: range, provider: kind, ...nodes });
      environment = await openEnvironment(await loadConfig({ cwd: saved, file }));
      await provider().destroy(silent);
      await supply.run(environment, silent, signal);
    });
    afterAll(async () => {
      await provider().destroy(silent);
      environment.close();
      for (const path of [saved, environment.spec.stateDir]) {
        await rm(path, { recursive: true, force: true });
      }
    });

    it('knows nodes that do not exist yet', async () => {
      await provider().preflight();
      expect(await states()).toEqual({ master: 'missing', node1: 'missing' });
      expect(() => provider().node('nobody')).toThrow('no node "nobody"');
    });

    it('makes nodes that answer ssh, with the names and addresses of the lab', async () => {
      await network.run(environment, silent, signal);
      expect(await all()).toEqual(['started', 'started']);
      expect(await states()).toEqual({ master: 'running', node1: 'running' });
      for (const node of nodes()) {
        expect(await said(node, 'hostname')).toBe(node.name);
        const address = await said(node, 'ip', '-4', '-oneline', 'address', 'show', 'enp0s8');
        expect(address).toContain(`inet ${node.address}/24`);
        expect(await said(node, 'ip', 'route', 'show', 'default')).toContain('dev enp0s3');
        expect(await said(node, 'cat', '/etc/default/kubelet')).toContain(node.address);
        expect(await said(node, 'systemctl', 'is-active', 'containerd')).toBe('active');
        expect(await said(node, 'ctr', '-n', 'k8s.io', 'images', 'ls', '-q')).toContain('coredns');
      }
    });

    it('gives every node the NAT address of VirtualBox, and an identity of its own', async () => {
      const [one, other] = await Promise.all(
        nodes().map(async (node) => ({
          nat: await said(node, 'ip', '-4', '-oneline', 'address', 'show', 'enp0s3'),
          mac: await said(node, 'cat', '/sys/class/net/enp0s8/address'),
          id: await said(node, 'cat', '/etc/machine-id'),
        })),
      );
      expect([one?.nat, other?.nat]).toEqual([
        expect.stringContaining('inet 10.0.2.15/24'),
        expect.stringContaining('inet 10.0.2.15/24'),
      ]);
      expect(one?.mac).not.toBe(other?.mac);
      expect(one?.id).not.toBe(other?.id);
    });

    it('connects the nodes with each other by the lab network', async () => {
      const [master, node1] = nodes() as [Node, Node];
      await master.exec(['ping', '-c', '1', '-W', '5', node1.address]);
      expect(await said(node1, 'getent', 'hosts', 'master')).toContain(master.address);
    });

    it('runs words as they are, with input and exit code', async () => {
      const [master] = nodes() as [Node, Node];
      expect(await said(master, 'printf', '%s|', 'a b', '$HOME', "it's")).toBe("a b|$HOME|it's|");
      const { exitCode, stdout, stderr } = await master.exec(
        ['sh', '-c', 'cat; echo no >&2; exit 3'],
        {
          stdin: 'yes',
          allowFailure: true,
        },
      );
      expect([exitCode, stdout, stderr]).toEqual([3, 'yes', 'no\n']);
      await expect(master.exec(['false'])).rejects.toThrow();
    });

    it('puts files there, whole and with their mode', async () => {
      const [master] = nodes() as [Node, Node];
      await master.put('/var/lib/lab/contract', 'first\n', { mode: '0640' });
      expect(await said(master, 'stat', '-c', '%a %U', '/var/lib/lab/contract')).toBe('640 root');
    });

    it('brings the shared folder to /vagrant of every node', async () => {
      await writeFile(join(environment.spec.sharedDir, 'hello.txt'), 'hello');
      await provider().share(silent);
      for (const node of nodes())
        expect(await said(node, 'cat', '/vagrant/hello.txt')).toBe('hello');
    });

    it('leaves nodes alone that run', async () => {
      const [master] = nodes() as [Node, Node];
      const boot = await said(master, 'uptime', '-s');
      expect(await all()).toEqual(['ran', 'ran']);
      expect(await said(master, 'uptime', '-s')).toBe(boot);
    });

    it('saves the disks of nodes that run', async () => {
      const [master] = nodes() as [Node, Node];
      const { bytes } = await provider().disks.save(join(saved, 'disks'), silent);
      expect(bytes).toBeGreaterThan(0);
      expect(await said(master, 'cat', '/var/lib/lab/contract')).toBe('first');
      await master.put('/var/lib/lab/contract', 'second\n');
      await master.exec(['sync']);
    });

    it('stops nodes and starts them again with the same disks and identity', async () => {
      const [master] = nodes() as [Node, Node];
      const id = await said(master, 'cat', '/etc/machine-id');
      await provider().halt(silent);
      expect(await states()).toEqual({ master: 'stopped', node1: 'stopped' });
      expect(await all()).toEqual(['started', 'started']);
      expect(await said(master, 'cat', '/etc/machine-id', '/var/lib/lab/contract')).toBe(
        `${id}\nsecond`,
      );
      await master.exec(['ping', '-c', '1', '-W', '5', (nodes()[1] as Node).address]);
    });

    it('gives the saved disks back', async () => {
      await provider().disks.restore(join(saved, 'disks'), silent);
      expect(await states()).toEqual({ master: 'stopped', node1: 'stopped' });
      expect(await all()).toEqual(['started', 'started']);
      expect(await said(nodes()[0] as Node, 'cat', '/var/lib/lab/contract')).toBe('first');
      await provider().disks.tidy();
    });

    it('refuses saved disks that are damaged, before anything is changed', async () => {
      const folder = join(saved, 'disks');
      const files = await readdir(folder, { recursive: true, withFileTypes: true });
      const victim = files.find((file) => file.isFile() && !file.name.endsWith('.json'));
      await truncate(join(victim?.parentPath ?? '', victim?.name ?? ''), 1);
      await expect(provider().disks.restore(folder, silent)).rejects.toMatchObject({
        code: 'snapshot-damaged',
      });
      expect(await states()).toEqual({ master: 'running', node1: 'running' });
    });

    it('removes everything, also when there is nothing', async () => {
      await provider().destroy(silent);
      expect(await states()).toEqual({ master: 'missing', node1: 'missing' });
      const { sharedDir, stateDir } = environment.spec;
      // Whoever made the environment also removes its folder; the provider's part of it is gone.
      const notOurs = [sharedDir, join(stateDir, 'flags.json'), join(stateDir, 'environment.json')];
      const left = await leftovers();
      expect(left.filter((line) => !notOurs.some((path) => line.startsWith(path)))).toEqual([]);
      await provider().destroy(silent);
    });
  });
}
