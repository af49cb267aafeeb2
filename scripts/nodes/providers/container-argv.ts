import { commandLine, type Argv } from '../../base/argv.ts';
import type { EngineName } from '../engine.ts';
import { macAddress } from '../identity.ts';
import type { Capture, EnvironmentSpec, NodeSpec, Provider } from '../provider.ts';

/** Every container and network of this project carries the name of its environment under this label. */
export const label = 'kubernetes-networking-lab.environment';

export function containerName(environment: EnvironmentSpec, node: string): string {
  return `${environment.name}-${node}`;
}

/** The private network of the course (enp0s8); nodes have no route out through it. */
export function labNetwork(environment: EnvironmentSpec): string {
  return `${environment.name}-net`;
}

/** The way out behind each node's NAT gateway; the engine chooses its addresses. */
export function natNetwork(environment: EnvironmentSpec): string {
  return `${environment.name}-nat`;
}

const noDns: Record<EngineName, Argv> = { podman: ['--disable-dns'], docker: [] };

export function createLabNetwork(engine: EngineName, environment: EnvironmentSpec): Argv {
  return [
    // Not --internal: netavark then leaves the host without an address on it, and so without ssh.
    ...['network', 'create', ...noDns[engine], '--label', `${label}=${environment.name}`],
    ...['--subnet', environment.network],
    labNetwork(environment),
  ];
}

export function createNatNetwork(engine: EngineName, environment: EnvironmentSpec): Argv {
  return [
    ...['network', 'create', ...noDns[engine], '--label', `${label}=${environment.name}`],
    natNetwork(environment),
  ];
}

/** An L2 segment without addresses of the engine's: the standby nodes have those of the live ones. */
export function standbyNetwork(environment: EnvironmentSpec): string {
  return `${environment.name}-standby`;
}

export function standbyContainer(environment: EnvironmentSpec, node: string): string {
  return `${environment.name}-standby-${node}`;
}

export function createStandbyNetwork(environment: EnvironmentSpec): Argv {
  return [
    ...['network', 'create', '--internal', '--ipam-driver', 'none', '--disable-dns'],
    ...['--label', `${label}=${environment.name}`, standbyNetwork(environment)],
  ];
}

/** The NICs of a standby node: the lab network's MAC, and any for the way out, which the live node has too. */
function standbyNetworks(environment: EnvironmentSpec, node: NodeSpec): Argv {
  const lab = macAddress(environment.name, node.name, 'lab');
  return [
    ...['--network', `${standbyNetwork(environment)}:mac=${lab},interface_name=enp0s8`],
    ...['--network', `${natNetwork(environment)}:interface_name=up0`],
  ];
}

/** docker attaches one network at creation and the other before the start. */
function networks(engine: EngineName, environment: EnvironmentSpec, node: NodeSpec): Argv {
  const lab = macAddress(environment.name, node.name, 'lab');
  const uplink = macAddress(environment.name, node.name, 'uplink');
  if (engine === 'docker') {
    return ['--network', labNetwork(environment), '--ip', node.address, '--mac-address', lab];
  }
  return [
    '--network',
    `${labNetwork(environment)}:ip=${node.address},mac=${lab},interface_name=enp0s8`,
    '--network',
    `${natNetwork(environment)}:mac=${uplink},interface_name=up0`,
  ];
}

/**
 * systemd as PID 1 without podman's own systemd mode: on cgroup v1 that mounts a second, shifted
 * /sys/fs/cgroup/systemd, and pods then fail with "bind mount source stat … no such file".
 */
const systemd: Record<EngineName, Argv> = {
  podman: ['--systemd=false', '--env', 'container=podman'],
  docker: ['--env', 'container=docker'],
};

export interface SystemContainer {
  /** Names of the container, and of the machine that it is. */
  container: string;
  hostname: string;
  label: string;
  /** Host folder with its identity. */
  seed: string;
  limits: Argv;
  /** What it is plugged into. */
  networks: Argv;
}

/** The words that make any privileged container with systemd, up to its disks and its image. */
export function createSystem(engine: EngineName, options: SystemContainer): Argv {
  return [
    ...['create', '--name', options.container, '--hostname', options.hostname],
    ...['--label', options.label, '--privileged', '--cgroupns=private', '--pids-limit=-1'],
    ...systemd[engine],
    ...options.limits,
    ...options.networks,
    ...['--tmpfs', '/run:exec', '--tmpfs', '/tmp:exec', '--stop-signal', 'SIGRTMIN+3'],
    ...['--volume', `${options.seed}:/etc/lab:ro`],
    ...['--volume', `${options.seed}/machine-id:/etc/machine-id:ro`],
  ];
}

export interface CreateOptions {
  image: string;
  /** Host folders: the node's identity and its containerd root. */
  seed: string;
  store: string;
  limits: Argv;
  /** Whether the host has kernel modules to load; some kernels have everything built in. */
  modules: boolean;
  /** Apart from the lab network, under another name, until it takes the place of the live node. */
  standby?: boolean;
}

/** The words that make a node's container, without starting it. */
export function createNode(
  engine: EngineName,
  environment: EnvironmentSpec,
  node: NodeSpec,
  options: CreateOptions,
): Argv {
  const hosts = environment.nodes.flatMap(({ name, address }) => [
    '--add-host',
    `${name}:${address}`,
  ]);
  const { standby = false, seed, limits } = options;
  const name = standby ? standbyContainer : containerName;
  const nics = standby ? standbyNetworks(environment, node) : networks(engine, environment, node);
  return [
    ...createSystem(engine, {
      ...{ container: name(environment, node.name), hostname: node.name, seed, limits },
      ...{
        label: `${label}=${environment.name}`,
        networks: [...nics, '--dns', '10.0.2.3', ...hosts],
      },
    }),
    ...['--volume', `${options.store}:/var/lib/containerd`],
    ...['--volume', `${environment.sharedDir}:/vagrant`],
    ...(options.modules ? ['--volume', '/lib/modules:/lib/modules:ro'] : []),
    options.image,
    '/sbin/init',
  ];
}

/** What the engine knows of the nodes. */
export function captures(engine: EngineName, environment: EnvironmentSpec): readonly Capture[] {
  const ask = (file: string, ...rest: string[]): Capture => ({ file, argv: [engine, ...rest] });
  const containers = environment.nodes.map(({ name }) => containerName(environment, name));
  const networks = [labNetwork(environment), natNetwork(environment)];
  return [
    ask('engine-version.txt', 'version'),
    ask('engine-info.txt', 'info'),
    ask('containers.txt', 'ps', '--all'),
    ask('networks.txt', 'network', 'ls'),
    ...containers.map((name) => ask(`container-${name}.json`, 'inspect', name)),
    ...containers.map((name) => ask(`console-${name}.txt`, 'logs', '--tail', '300', name)),
    ...networks.map((name) => ask(`network-${name}.json`, 'network', 'inspect', name)),
  ];
}

/** What a person would type; `lab up --explain` shows it. */
export function byHand(engine: EngineName, environment: EnvironmentSpec): Provider['byHand'] {
  const all = environment.nodes.map(({ name }) => containerName(environment, name));
  const networks = [labNetwork(environment), natNetwork(environment)];
  return {
    prepare: () => [commandLine([engine, ...createLabNetwork(engine, environment)])],
    ensure: (name) => [
      `${engine} run --detach --privileged --name ${containerName(environment, name)} --hostname ${name} … IMAGE /sbin/init`,
      `# systemd in a container, with the two NICs of the course's VM: vagrant up ${name}`,
    ],
    halt: () => [commandLine([engine, 'stop', '--time', '0', ...all])],
    destroy: () => [
      commandLine([engine, 'rm', '--force', '--volumes', ...all]),
      commandLine([engine, 'network', 'rm', ...networks]),
    ],
  };
}
