import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError, usageError } from '../../base/errors.ts';
import { projectRoot } from '../../base/paths.ts';
import { prefixOf } from '../../base/cidr.ts';
import { sleep, until } from '../../base/until.ts';
import { prepareGuest } from '../guest/prepare.ts';
import { ensureUserKey, macAddress, readCredentials, writeSeed } from '../identity.ts';
import { askKvm } from '../kvm.ts';
import { commandFailed, hasProgram, local, type LocalOptions } from '../local.ts';
import type { ExecResult, Node } from '../node.ts';
import type {
  Disks,
  EnvironmentSpec,
  NodeSpec,
  NodeState,
  Provider,
  Report,
  Supply,
} from '../provider.ts';
import { firstHostKey, sshNode, waitForSsh, type SshTarget } from '../ssh.ts';
import { shareByCopy } from '../guest/share.ts';
import { libvirtDisks } from './libvirt-disks.ts';
import { virtualBoxDisks } from './virtualbox-disks.ts';
import * as words from './vagrant-words.ts';

export interface VagrantOptions {
  environment: EnvironmentSpec;
  /** Folder where Vagrant keeps what it knows of the machines. */
  records: string;
  supply: () => Supply;
}

const minute = 60_000;
/** Three machines side by side on a processor that is only emulated take this long at worst. */
const patience = 30 * minute;

/** What Vagrant and its plugins say of themselves. @throws LabError `no-vagrant` */
async function platform(env: Record<string, string>): Promise<Provider['platform']> {
  if (!(await hasProgram('vagrant'))) {
    throw new LabError('no-vagrant', 'Vagrant is not installed', { hint: 'lab doctor --fix' });
  }
  const { stdout } = await local(['vagrant', '--version'], { env });
  return { name: 'vagrant', version: stdout.replace(/^Vagrant\s+/, '').trim() };
}

/** Nodes as virtual machines, made by Vagrant from the project's Vagrantfile. */
export async function vagrantProvider(options: VagrantOptions): Promise<Provider> {
  const { environment, records, supply } = options;
  const env = words.vagrantEnv(environment, projectRoot, records);
  const nodes = new Map<string, Node>();
  const reports = new Map<string, Report>();
  const what = await platform(env);
  const slowness = (await askKvm()) === 'works' ? 2 : 10;

  /** Vagrant writes the state that it has read into an index, and fails when another one does at the same moment. */
  async function vagrant(argv: readonly string[], more: LocalOptions = {}): Promise<ExecResult> {
    // `status`, too, takes long while machines boot: vagrant-libvirt waits for the address of each that runs.
    const options = {
      ...{ timeout: 10 * minute, ...more },
      ...{ env: { ...env, ...more.env }, allowFailure: true },
    };
    for (let tries = 1; ; tries++) {
      const result = await local(['vagrant', ...argv], options);
      if (result.exitCode === 0) return result;
      const again = tries < 60 && words.indexWasLocked(result);
      if (!again && words.libvirtWasSilent(result)) {
        throw new LabError('no-libvirt', 'libvirt does not answer', {
          why: 'it runs the machines and their networks',
          hint: 'lab doctor --provider vagrant   (says how to start it)',
        });
      }
      if (!again && more.allowFailure) return result;
      if (!again) throw commandFailed('host', ['vagrant', ...argv], result);
      await sleep(500, more.signal);
    }
  }

  function spec(name: string): NodeSpec {
    const found = environment.nodes.find((node) => node.name === name);
    if (found) return found;
    throw usageError('unknown-node', `There is no node "${name}" in ${environment.name}`);
  }

  async function states(): Promise<Map<string, NodeState>> {
    const found = new Map<string, NodeState>();
    for (const { name } of environment.nodes) found.set(name, 'missing');
    if (!existsSync(records)) return found;
    const { stdout } = await vagrant(['status', '--machine-readable']);
    for (const { machine, kind, data } of words.messages(stdout)) {
      if (kind === 'state' && found.has(machine)) found.set(machine, words.nodeState(data));
    }
    return found;
  }

  function node(name: string): Node {
    const known = nodes.get(name);
    if (known) return known;
    const { role, address } = spec(name);
    const credentials = (): ReturnType<typeof readCredentials> =>
      readCredentials(environment, name);
    const made = sshNode({ name, role, address, port: 22, user: 'vagrant', credentials, slowness });
    nodes.set(name, made);
    return made;
  }

  function disconnect(): void {
    for (const one of nodes.values()) one.close();
  }

  function seed({ name, address }: NodeSpec): Promise<string> {
    return writeSeed(environment, spec(name), {
      LAB_ADDRESS: address,
      LAB_PREFIX: String(prefixOf(environment.network)),
      LAB_MAC: macAddress(environment.name, name, 'lab'),
      NAT_MAC: macAddress(environment.name, name, 'nat'),
      DNS_SERVER: '',
    });
  }

  /** One Vagrant at a time: it knows how many machines to start at once, and two would both make the network. */
  let asked = new Set<string>();
  let starting: Promise<Map<string, NodeState>> | undefined;

  /** Starts those that were asked for in the same moment. Says what they were before. */
  async function startAsked(signal?: AbortSignal): Promise<Map<string, NodeState>> {
    await sleep(50);
    const names = asked;
    asked = new Set();
    starting = undefined;
    const before = await states();
    const wanted = [...names].filter((name) => before.get(name) !== 'running');
    if (wanted.length === 0) return before;
    await mkdir(records, { recursive: true });
    const onLine = (line: string): void => {
      const progress = words.progressOf(line);
      if (progress) reports.get(progress.machine)?.(progress.text);
    };
    await vagrant(['up', '--no-provision', ...wanted], { timeout: patience, onLine, signal });
    return before;
  }

  /** The machine as Vagrant left it: the first user key that it takes, and a host key that is pinned from its first sight on. */
  async function bareTarget(name: string): Promise<SshTarget> {
    const config = words.parseSshConfig((await vagrant(['ssh-config', name])).stdout);
    const { address, port, user, identityFiles } = config;
    const base = { name, role: spec(name).role, address, port, user, slowness };
    let refused: unknown = new Error(`Vagrant names no key for ${name}`);
    for (const file of identityFiles) {
      const privateKey = await readFile(file, 'utf8');
      const unknown = { ...base, credentials: async () => ({ privateKey, hostKey: '' }) };
      try {
        const hostKey = await firstHostKey(unknown);
        return { ...base, credentials: async () => ({ privateKey, hostKey }) };
      } catch (error) {
        refused = error;
      }
    }
    throw refused;
  }

  async function prepared(name: string): Promise<boolean> {
    try {
      await node(name).exec(['test', '-e', '/var/lib/lab/prepared'], { timeout: 15_000 });
      return true;
    } catch {
      return false;
    }
  }

  async function makeReady(name: string, report: Report, signal?: AbortSignal): Promise<void> {
    const seedFolder = await seed(spec(name));
    // Vagrant says that it has booted; its sshd may still be started anew, and the lab's own NIC come later.
    const target = await until(
      async () => {
        const known = await prepared(name);
        return { done: true, value: known ? undefined : await bareTarget(name) };
      },
      {
        ...{ describe: `${name} lets somebody in`, timeout: 5 * minute, interval: 2000 },
        ...{ hint: `vagrant ssh ${name}`, ...(signal === undefined ? {} : { signal }) },
      },
    );
    if (!target) return;
    const bare = sshNode(target);
    try {
      await prepareGuest({ node: bare, target }, environment, seedFolder, supply(), report);
    } finally {
      bare.close();
    }
  }

  const machines = { environment, vagrant, states, node, disconnect };
  const kinds = { libvirt: libvirtDisks(machines), virtualbox: virtualBoxDisks(machines) };

  /** Whose machines they are; before there are any, libvirt, which is the only one that takes disks without them. */
  async function disksNow(): Promise<Disks> {
    if (!existsSync(records)) return kinds.libvirt;
    const { stdout } = await vagrant(['status', '--machine-readable']);
    const used = words.messages(stdout).find(({ kind }) => kind === 'provider-name')?.data;
    return used === 'virtualbox' ? kinds.virtualbox : kinds.libvirt;
  }

  const disks: Disks = {
    save: async (...wish) => (await disksNow()).save(...wish),
    restore: async (...wish) => (await disksNow()).restore(...wish),
    kept: async (...wish) => (await disksNow()).kept(...wish),
    tidy: async () => (await disksNow()).tidy(),
  };

  return {
    name: 'vagrant',
    platform: what,
    sharesKernel: false,
    madeFrom: 'programs',
    byHand: words.byHand(environment),
    captures: () => [
      { file: 'vagrant-version.txt', argv: ['vagrant', '--version'] },
      { file: 'vagrant-plugins.txt', argv: ['vagrant', 'plugin', 'list'] },
      { file: 'machines.txt', argv: ['virsh', '--connect', 'qemu:///system', 'list', '--all'] },
    ],
    states,
    node,
    preflight: async () => undefined,
    async prepare() {
      await mkdir(environment.sharedDir, { recursive: true });
      await ensureUserKey(environment);
      // Ends a restore that was killed before all disks were in place.
      await disks.tidy();
    },
    async ensure(name, report, signal) {
      reports.set(name, report);
      report('waiting for the machine');
      asked.add(name);
      starting ??= startAsked(signal);
      const was = (await starting).get(name);
      await makeReady(name, report, signal);
      report('waiting for ssh');
      await waitForSsh(node(name), { each: 20_000, all: 5 * minute }, signal);
      await shareByCopy(node(name), environment.sharedDir);
      if (was === 'running') return 'ran';
      // A boot that has failed is tried again, or says why, before anybody waits for Kubernetes on it.
      await node(name).exec(['systemctl', 'start', 'lab-node.service', 'containerd.service']);
      return 'started';
    },
    async share() {
      const running = [...(await states())].filter(([, state]) => state === 'running');
      await Promise.all(running.map(([name]) => shareByCopy(node(name), environment.sharedDir)));
    },
    async halt(report) {
      report('stopping the machines');
      disconnect();
      await vagrant(['halt', '--force'], { timeout: 10 * minute });
    },
    disks,
    standby: {
      possible: () => false,
      raise: () => Promise.reject(new Error('machines do not stand by')),
      freeze: async () => undefined,
      ready: async () => false,
      take: async () => undefined,
      tidy: async () => undefined,
      drop: async () => undefined,
    },
    async destroy(report) {
      disconnect();
      nodes.clear();
      if (existsSync(records)) {
        report('removing the machines');
        await vagrant(['destroy', '--force'], { timeout: 10 * minute });
        await rm(records, { recursive: true, force: true });
      }
      for (const part of ['nodes', 'keys']) {
        await rm(join(environment.stateDir, part), { recursive: true, force: true });
      }
    },
  };
}
