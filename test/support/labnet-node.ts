import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { networkOf, nthAddress } from '../../scripts/base/cidr.ts';
import { projectRoot } from '../../scripts/base/paths.ts';
import { vpcDefaults, type VpcOptions } from '../../scripts/labnet/config.ts';
import { nodeFacts, type NodeFacts, type Peer } from '../../scripts/labnet/node/facts.ts';
import type { Uplink } from '../../scripts/labnet/node/uplink.ts';
import { local, type LocalOptions } from '../../scripts/nodes/local.ts';
import type { Objects } from './random-policies.ts';

/** One file of a program and all that it imports, for a process of its own. */
export async function bundle(source: string, outfile: string): Promise<void> {
  await build({
    ...{ entryPoints: [join(projectRoot, source)], outfile },
    ...{ bundle: true, platform: 'node', format: 'esm' },
  });
}

/** The programs that the tests of labnet call, built from their modules; seconds when Go has built them before. */
export async function buildPrograms(folder: string): Promise<void> {
  await bundle('test/integration/labnet/agent-child.ts', join(folder, 'agent.mjs'));
  const builds: [where: string, ...packages: string[]][] = [
    ['scripts/labnet/shim', '.'],
    ['test/modules/cnitool', 'github.com/containernetworking/cni/cnitool'],
    [
      'scripts/supply/modules/cni-plugins',
      ...['main/bridge', 'ipam/host-local', 'meta/portmap'].map(
        (name) => `github.com/containernetworking/plugins/plugins/${name}`,
      ),
    ],
  ];
  for (const [where, ...packages] of builds) {
    await local(['go', 'build', '-trimpath', '-o', `${folder}/`, ...packages], {
      cwd: join(projectRoot, where),
      env: { CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '' },
      timeout: 15 * 60_000,
    });
  }
}

export interface CallOptions {
  netns?: string;
  containerId?: string;
  ifName?: string;
  /** More or other CNI_* variables; undefined leaves one out. */
  env?: Record<string, string | undefined>;
  /** More or other fields of the network configuration. */
  config?: Record<string, unknown>;
  /** Instead of the configuration. */
  stdin?: string;
}

export interface Answer {
  exit: number;
  text: string;
  /** The answer as JSON; empty when there is none. */
  body: Record<string, never> & { code?: number; msg?: string; details?: string };
}

/** A network namespace that plays the node, with an agent in it, and further ones that play pods. */
export interface LabnetNode {
  name: string;
  folder: string;
  /** Runs the words in the node's namespace. */
  run(argv: readonly string[], options?: LocalOptions): Promise<string>;
  call(command: string, options?: CallOptions): Promise<Answer>;
  /** Through cnitool, as the runtime would: a list of plugins, and the cache of results. */
  cnitool(command: string, network: string, pod: string): Promise<Answer>;
  /** A fresh namespace; its name. */
  pod(): Promise<string>;
  /** Takes a pod's namespace away, as a runtime does after DEL. */
  endPod(name: string): Promise<void>;
  startAgent(): Promise<void>;
  killAgent(): Promise<void>;
  /** Ends the agent and takes all namespaces away. */
  close(): Promise<void>;
}

let counter = 0;

/** A namespace that plays the nodes' network, and beside its router's address has those given. */
export async function nodesNetwork(name: string, ...addresses: string[]): Promise<void> {
  await local(['ip', 'netns', 'add', name]);
  const lines = [
    'link add br0 type bridge',
    'link set br0 up',
    'link set lo up',
    'address add 10.100.217.1/24 dev br0',
    ...addresses.map((address) => `address add ${address}/32 dev lo`),
  ];
  for (const line of lines) await local(['ip', '-n', name, ...line.split(' ')]);
}

/** The mode vpc needs a NIC: `enp0s8`, plugged into the bridge `br0` of the namespace `network`. */
export interface VpcSetting {
  network: string;
  address: string;
  options?: Partial<VpcOptions>;
  peers?: readonly Peer[];
}

async function plugIn(node: string, { network, address }: VpcSetting): Promise<Uplink> {
  const port = `p${counter++}`;
  const lines = [
    `link add ${port} netns ${network} type veth peer name enp0s8 netns ${node}`,
    `-n ${network} link set ${port} master br0 up`,
    `-n ${node} address add ${address}/24 dev enp0s8`,
    `-n ${node} link set enp0s8 up`,
    `-n ${node} route add default via ${nthAddress(networkOf(`${address}/24`), 1)}`,
  ];
  for (const line of lines) await local(['ip', ...line.split(' ')]);
  return { link: 'enp0s8', address, network: networkOf(`${address}/24`), mtu: 1500 };
}

export interface NodeOptions {
  range?: string;
  vpc?: VpcSetting;
  /** What the API server tells the agent; without it, there are no policies. Its own node is `node-1`. */
  objects?: Objects;
}

export async function labnetNode(
  programs: string,
  { range = '10.244.1.0/24', vpc, objects }: NodeOptions = {},
): Promise<LabnetNode> {
  const name = `labnet-test-${process.pid}-${counter++}`;
  // In memory, as the agent's own folder is: it waits until what it writes is on disk.
  const folder = await mkdtemp('/run/labnet-test-');
  const pods: string[] = [];
  let agent: ChildProcess | undefined;
  await local(['ip', 'netns', 'add', name]);
  await local(['ip', '-n', name, 'link', 'set', 'lo', 'up']);
  const lo = { link: 'lo', address: '192.0.2.1', network: '192.0.2.0/24', mtu: 1500 };
  const uplink = vpc ? await plugIn(name, vpc) : lo;
  const config = {
    mode: vpc ? 'vpc' : 'host-gw',
    iface: uplink.link,
    podSubnet: '10.244.0.0/16',
    vpc: { ...vpcDefaults, ...vpc?.options },
  } as const;
  const facts: NodeFacts = nodeFacts(config, range, uplink);
  const run: LabnetNode['run'] = async (argv, options = {}) =>
    (await local(['ip', 'netns', 'exec', name, ...argv], options)).stdout;

  const plugin = {
    type: 'shim',
    socket: join(folder, 'agent.sock'),
    capabilities: { portMappings: true },
  };
  const objectsFile = join(folder, 'objects.json');
  if (objects) await writeFile(objectsFile, JSON.stringify(objects));
  await mkdir(join(folder, 'net.d'));
  await mkdir(join(folder, 'var'));
  const list = (network: string, ...plugins: unknown[]): Promise<void> =>
    writeFile(
      join(folder, 'net.d', `${network}.conflist`),
      JSON.stringify({ cniVersion: '1.1.0', name: network, plugins }),
    );
  await list('labnet', { ...plugin, type: 'labnet' });
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet: range, rangeStart: facts.gateway.replace(/1$/, '2') }]],
    routes: [{ dst: '0.0.0.0/0' }],
    dataDir: join(folder, 'host-local'),
  };
  const bridge = { type: 'bridge', bridge: 'ref0', isGateway: true, hairpinMode: true, mtu: 1500 };
  await list(
    'reference',
    { ...bridge, ipam },
    { type: 'portmap', capabilities: { portMappings: true } },
  );

  async function started(
    argv: readonly string[],
    env: Record<string, string>,
    stdin: string,
  ): Promise<Answer> {
    const child = spawn(argv[0] ?? '', argv.slice(1), { env, stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    const [code] = (await once(child, 'close')) as [number | null];
    const body = text.trim().startsWith('{') ? (JSON.parse(text) as Answer['body']) : {};
    return { exit: code ?? 137, text, body };
  }

  async function killAgent(): Promise<void> {
    if (!agent || agent.exitCode !== null || agent.signalCode !== null) return;
    const gone = once(agent, 'exit');
    agent.kill('SIGKILL');
    await gone;
  }

  return {
    name,
    folder,
    run,
    async call(command, options = {}) {
      const { netns = '', containerId = netns, ifName = 'eth0', config: more } = options;
      const env: Record<string, string | undefined> = {
        CNI_COMMAND: command,
        CNI_CONTAINERID: containerId,
        CNI_NETNS: netns === '' ? '' : `/run/netns/${netns}`,
        CNI_IFNAME: ifName,
        CNI_PATH: programs,
        ...options.env,
      };
      const given = Object.entries(env).filter(
        (pair): pair is [string, string] => pair[1] !== undefined,
      );
      const conf = { cniVersion: '1.1.0', name: 'labnet', ...plugin, ...more };
      const stdin = options.stdin ?? JSON.stringify(conf);
      const argv = ['ip', 'netns', 'exec', name, join(programs, 'labnet')];
      const path = { PATH: process.env['PATH'] ?? '' };
      return started(argv, { ...path, ...Object.fromEntries(given) }, stdin);
    },
    cnitool(command, network, pod) {
      // cnitool keeps results under /var/lib; the bind mount ends with its mount namespace.
      const script = 'mount --bind "$1" /var/lib && shift && exec "$@"';
      return started(
        [
          ...['ip', 'netns', 'exec', name, 'sh', '-c', script, 'sh', join(folder, 'var')],
          ...[join(programs, 'cnitool'), command, network, `/run/netns/${pod}`],
        ],
        { PATH: process.env['PATH'] ?? '', NETCONFPATH: join(folder, 'net.d'), CNI_PATH: programs },
        '',
      );
    },
    async pod() {
      const pod = `${name}-p${counter++}`;
      await local(['ip', 'netns', 'add', pod]);
      pods.push(pod);
      return pod;
    },
    async endPod(pod) {
      await local(['ip', 'netns', 'delete', pod]);
      pods.splice(pods.indexOf(pod), 1);
    },
    async startAgent() {
      const child = spawn(
        'ip',
        [
          ...['netns', 'exec', name, process.execPath, join(programs, 'agent.mjs'), folder],
          ...[JSON.stringify(facts), JSON.stringify(vpc?.peers ?? [])],
          ...(objects ? [objectsFile] : []),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'], cwd: projectRoot },
      );
      agent = child;
      const lines = createInterface(child.stdout);
      await Promise.race([
        once(lines, 'line'),
        once(child, 'exit').then(() => Promise.reject(new Error('the agent ended'))),
      ]);
    },
    killAgent,
    async close() {
      await killAgent();
      for (const one of [...pods, name]) {
        await local(['ip', 'netns', 'delete', one], { allowFailure: true });
      }
      await rm(folder, { recursive: true });
    },
  };
}
