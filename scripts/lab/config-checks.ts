import {
  addressProblem,
  cidrProblem,
  contains,
  nthAddress,
  overlaps,
  parseCidr,
} from '../base/cidr.ts';
import type { Problem } from '../base/yaml-file.ts';
import { nicPattern } from '../cluster/cni/nic.ts';
import { completeNodes } from './config-nodes.ts';
import type { PlacedNode } from './config-nodes.ts';
import { labelPattern, versionPattern } from './config-schema.ts';
import type { FileConfig } from './config-schema.ts';

/** Behind every node's NAT NIC, the same on all nodes as in the course's VirtualBox machines. */
export const natNetwork = '10.0.2.0/24';

/** kubeadm's own default. */
const defaultServices = '10.96.0.0/12';

const label = new RegExp(labelPattern);
const nic = new RegExp(nicPattern);
const needsLabel = 'must be small letters, digits and dashes, at most 63, as in node1';

interface Network {
  path: string[];
  label: string;
  cidr: string;
}

function networksOf({ network, kubernetes, cni }: FileConfig): Network[] {
  const of = (path: string[], cidr: string): Network => ({ path, label: path.join('.'), cidr });
  return [
    of(['network'], network),
    of(['kubernetes', 'podSubnet'], kubernetes.podSubnet),
    of(['kubernetes', 'serviceSubnet'], kubernetes.serviceSubnet),
    ...(cni.name === 'weave' ? [of(['cni', 'weave', 'range'], cni.weave.range)] : []),
  ];
}

/**
 * The course's own lab network lies inside kubeadm's default service network. That works, because
 * services take single addresses out of a million; so this one overlap is allowed.
 */
function isCourseOverlap(a: Network, b: Network): boolean {
  return a.label === 'network' && b.cidr === defaultServices && contains(b.cidr, firstOf(a.cidr));
}

function firstOf(cidr: string): string {
  return nthAddress(cidr, 0);
}

function overlapProblems(networks: readonly Network[]): Problem[] {
  const nat = { path: [], label: 'the NAT network of the nodes', cidr: natNetwork };
  const all: Network[] = [nat, ...networks];
  return all.flatMap((b, i) =>
    all
      .slice(0, i)
      .filter((a) => overlaps(a.cidr, b.cidr) && !isCourseOverlap(a, b))
      .map((a) => ({
        path: b.path,
        message: `${b.cidr} overlaps ${a.label} (${a.cidr})`,
      })),
  );
}

function sizeProblems({ network, kubernetes, workers }: FileConfig): Problem[] {
  const problems: Problem[] = [];
  const add = (path: string[], message: string): number => problems.push({ path, message });
  const lab = parseCidr(network).prefix;
  if (lab < 8 || lab > 29) add(['network'], `/${lab} must be between /8 and /29`);
  const pods = parseCidr(kubernetes.podSubnet).prefix;
  const nodes = workers.length + 1;
  if (pods > 24 || 2 ** (24 - pods) < nodes) {
    add(['kubernetes', 'podSubnet'], `/${pods} is too small: each of ${nodes} nodes needs a /24`);
  }
  // kube-controller-manager refuses more than 2^16 node networks, kube-apiserver more than 2^20 services.
  if (pods < 8) add(['kubernetes', 'podSubnet'], `/${pods} is too large: at most /8`);
  const services = parseCidr(kubernetes.serviceSubnet).prefix;
  if (services < 12 || services > 28) {
    add(['kubernetes', 'serviceSubnet'], `/${services} must be between /12 and /28`);
  }
  return problems;
}

function whyNotUsable(network: string, address: string): string | undefined {
  const problem = addressProblem(address);
  if (problem) return problem;
  if (!contains(network, address)) return `${address} is outside the lab network ${network}`;
  if (address === nthAddress(network, 0)) return `${address} is the network's own address`;
  if (address === nthAddress(network, -1)) return `${address} is the network's broadcast address`;
  if (address === nthAddress(network, 1)) return `${address} belongs to the host`;
  return undefined;
}

function nodeProblems(config: FileConfig): Problem[] {
  const nodes = completeNodes(config);
  const twice = (key: 'name' | 'address'): Problem[] =>
    nodes.flatMap((node, i) => {
      const first = nodes.slice(0, i).find((other) => other[key] === node[key]);
      const owner = key === 'name' ? 'another node' : first?.name;
      const message = `${node[key]} is taken by ${owner}`;
      return first ? [{ path: [...node.path, key], message }] : [];
    });
  const addresses = ({ path, address }: PlacedNode): Problem[] => {
    const message = whyNotUsable(config.network, address);
    return message ? [{ path: [...path, 'address'], message }] : [];
  };
  return [...twice('name'), ...twice('address'), ...nodes.flatMap(addresses)];
}

/** Each value on its own. */
function formProblems(config: FileConfig): Problem[] {
  const { kubernetes, cni, supply } = config;
  const problems: Problem[] = [];
  const add = (path: (string | number)[], message: string): number =>
    problems.push({ path, message });

  if (!label.test(config.name) || config.name.length > 20) {
    add(['name'], `"${config.name}" must be small letters, digits and dashes, at most 20`);
  }
  for (const { name, path } of [
    { name: config.controlPlane.name, path: ['controlPlane', 'name'] },
    ...config.workers.map(({ name }, i) => ({ name, path: ['workers', i, 'name'] })),
  ]) {
    if (!label.test(name)) add(path, `"${name}" ${needsLabel}`);
  }
  if (!new RegExp(versionPattern).test(kubernetes.version)) {
    const why = 'must be three numbers without a leading v, as in 1.36.3';
    add(['kubernetes', 'version'], `"${kubernetes.version}" ${why}`);
  }
  if (!kubernetes.dnsDomain.split('.').every((part) => label.test(part))) {
    const why = 'is no domain name, as in cluster.local';
    add(['kubernetes', 'dnsDomain'], `"${kubernetes.dnsDomain}" ${why}`);
  }
  if (!nic.test(cni.flannel.iface)) {
    const why = 'must be lab, default-route or the name of a NIC';
    add(['cni', 'flannel', 'iface'], `"${cni.flannel.iface}" ${why}`);
  }
  if (!nic.test(cni.labnet.iface) && cidrProblem(cni.labnet.iface) !== undefined) {
    const why = 'must be lab, default-route, the name of a NIC, or a network such as 10.0.0.0/8';
    add(['cni', 'labnet', 'iface'], `"${cni.labnet.iface}" ${why}`);
  }
  if (supply.source === 'bundle' && supply.bundle === undefined) {
    add(['supply', 'source'], 'is bundle, but supply.bundle names no file');
  }
  if (supply.bundle !== undefined && !['bundle', 'auto'].includes(supply.source)) {
    add(['supply', 'bundle'], `contradicts supply.source: ${supply.source}`);
  }
  if (supply.releaseBase !== undefined && !/^https?:\/\/[^\s/]/.test(supply.releaseBase)) {
    add(['supply', 'releaseBase'], `"${supply.releaseBase}" is no http or https address`);
  }
  return problems;
}

/** Everything that is wrong with a configuration of the right form. */
export function configProblems(config: FileConfig): Problem[] {
  const networks = networksOf(config);
  const broken = networks.flatMap(({ path, cidr }) => {
    const message = cidrProblem(cidr);
    return message ? [{ path, message }] : [];
  });
  const sound = networks.filter(({ cidr }) => cidrProblem(cidr) === undefined);
  return [
    ...formProblems(config),
    ...broken,
    ...overlapProblems(sound),
    ...(broken.length === 0 ? sizeProblems(config) : []),
    ...(cidrProblem(config.network) === undefined ? nodeProblems(config) : []),
  ];
}
