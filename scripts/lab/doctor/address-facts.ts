import { cidrProblem, networkOf, prefixOf } from '../../base/cidr.ts';
import { LabError } from '../../base/errors.ts';
import type { EngineName } from '../../nodes/engine.ts';
import { hasProgram, local } from '../../nodes/local.ts';
import { label } from '../../nodes/providers/container-argv.ts';
import { knownEnvironments, type EnvironmentRecord } from '../registry.ts';
import type { HostNeeds } from './check.ts';

export interface AddressFacts {
  /** The environment that is to be. */
  name: string;
  network: string;
  podSubnet: string;
  serviceSubnet: string;
  /** The host's IPv4 routes but the default one, as CIDR. */
  routes: readonly { to: string; device: string }[];
  addresses: readonly { address: string; device: string }[];
  /** Networks that carry this project's label, of any environment of any user. */
  ours: readonly { environment: string; device: string; subnets: readonly string[] }[];
  /** Environments in the state folder, this one included. */
  environments: readonly EnvironmentRecord[];
}

async function readRoutes(): Promise<AddressFacts['routes']> {
  const { stdout } = await local(['ip', '-json', '-4', 'route', 'show']);
  const rows = JSON.parse(stdout || '[]') as { dst: string; dev?: string }[];
  return rows
    .map(({ dst, dev = 'no device' }) => ({
      to: dst.includes('/') ? dst : `${dst}/32`,
      device: dev,
    }))
    .filter(({ to }) => cidrProblem(to) === undefined && prefixOf(to) > 0);
}

async function readAddresses(): Promise<AddressFacts['addresses']> {
  const { stdout } = await local(['ip', '-json', '-4', 'address', 'show']);
  const rows = JSON.parse(stdout || '[]') as { ifname: string; addr_info: { local: string }[] }[];
  return rows.flatMap(({ ifname, addr_info: held }) =>
    held.map((one) => ({ address: one.local, device: ifname })),
  );
}

/** `podman network inspect` and `docker network inspect` say the same in different words. */
interface Inspected {
  labels?: Record<string, string>;
  network_interface?: string;
  subnets?: { subnet: string }[];
  Id?: string;
  Labels?: Record<string, string>;
  Options?: Record<string, string>;
  IPAM?: { Config?: { Subnet: string }[] };
}

export function ownedNetworks(text: string): AddressFacts['ours'] {
  return (JSON.parse(text) as Inspected[]).map((one) => ({
    environment: (one.labels ?? one.Labels)?.[label] ?? '',
    device:
      one.network_interface ??
      one.Options?.['com.docker.network.bridge.name'] ??
      `br-${one.Id?.slice(0, 12)}`,
    subnets: [
      ...(one.subnets ?? []).map(({ subnet }) => subnet),
      ...(one.IPAM?.Config ?? []).map(({ Subnet: subnet }) => subnet),
    ].filter((subnet) => cidrProblem(subnet) === undefined),
  }));
}

async function readOurs(engine: EngineName): Promise<AddressFacts['ours']> {
  if (!(await hasProgram(engine))) return [];
  const quiet = { allowFailure: true, timeout: 10_000 };
  const filter = ['--filter', `label=${label}`, '--format', '{{.Name}}'];
  const listed = await local([engine, 'network', 'ls', ...filter], quiet);
  const names = listed.stdout.split('\n').filter(Boolean);
  if (listed.exitCode !== 0 || names.length === 0) return [];
  const { stdout, exitCode } = await local([engine, 'network', 'inspect', ...names], quiet);
  return exitCode === 0 ? ownedNetworks(stdout) : [];
}

/** A network of libvirt's as Vagrant makes it for an environment: "NAME-net", on a bridge of its own. */
export function ownedByLibvirt(xml: string): AddressFacts['ours'][number] | undefined {
  const environment = /<name>(.+)-net<\/name>/.exec(xml)?.[1];
  const device = /<bridge name='([^']+)'/.exec(xml)?.[1];
  const ip = /<ip address='([0-9.]+)' (?:netmask='([0-9.]+)'|prefix='([0-9]+)')/.exec(xml);
  if (environment === undefined || device === undefined || !ip) return undefined;
  const [, address = '', netmask = '', prefix] = ip;
  const ones = netmask
    .split('.')
    .map((part) => Number(part).toString(2).replaceAll('0', '').length);
  const length = prefix ?? String(ones.reduce((sum, one) => sum + one, 0));
  return { environment, device, subnets: [networkOf(`${address}/${length}`)] };
}

async function readLibvirt(): Promise<AddressFacts['ours']> {
  if (!(await hasProgram('virsh'))) return [];
  const quiet = { allowFailure: true, timeout: 10_000 };
  const virsh = ['virsh', '--connect', 'qemu:///system'];
  const { stdout } = await local([...virsh, 'net-list', '--name'], quiet);
  const names = stdout.split('\n').filter(Boolean);
  const found = names.map(async (name) =>
    ownedByLibvirt((await local([...virsh, 'net-dumpxml', name], quiet)).stdout),
  );
  return (await Promise.all(found)).filter((one) => one !== undefined);
}

/** @throws LabError `command-missing` without `ip`. */
export async function collectAddresses(needs: HostNeeds): Promise<AddressFacts> {
  if (!(await hasProgram('ip'))) {
    throw new LabError('command-missing', 'ip is not installed', { hint: 'lab doctor --fix' });
  }
  const engines: EngineName[] = needs.engine === 'auto' ? ['podman', 'docker'] : [needs.engine];
  const [routes, addresses, environments, ...ours] = await Promise.all([
    readRoutes(),
    readAddresses(),
    knownEnvironments(),
    readLibvirt(),
    ...engines.map(readOurs),
  ]);
  const { podSubnet, serviceSubnet } = needs.kubernetes;
  return {
    name: needs.name,
    network: needs.network,
    podSubnet,
    serviceSubnet,
    routes,
    addresses,
    environments,
    ours: ours.flat(),
  };
}
