import { addressAfter, addressProblem, hostPart, parseCidr } from '../base/cidr.ts';
import type { FileConfig } from './config-schema.ts';

export interface PlacedNode {
  name: string;
  address: string;
  /** Where it stands in lab.yaml. */
  path: (string | number)[];
}

/** Host part of the control plane by default: .200 as in the course, or the first free one. */
function firstHost(network: string): number {
  const { first, last } = parseCidr(network);
  return last - first >= 255 ? 200 : 2;
}

/** All nodes, control plane first; an open address becomes the next free one after the node before. */
export function completeNodes({ network, controlPlane, workers }: FileConfig): PlacedNode[] {
  const given = new Set([controlPlane, ...workers].map(({ address }) => address));
  let last = firstHost(network) - 1;
  const next = (): string => {
    let address = addressAfter(network, last + 1);
    for (; given.has(address); address = addressAfter(network, last + 1)) last++;
    return address;
  };
  return [controlPlane, ...workers].map((node, i) => {
    const address = node.address ?? next();
    last = addressProblem(address) === undefined ? hostPart(network, address) : last + 1;
    return { name: node.name, address, path: i === 0 ? ['controlPlane'] : ['workers', i - 1] };
  });
}

/** The first `count` workers; further ones are called nodeK and get the next free addresses. */
export function withWorkers(config: FileConfig, count: number): FileConfig {
  const workers = config.workers.slice(0, count);
  for (let k = 1; workers.length < count; k++) {
    const name = `node${k}`;
    const taken = [config.controlPlane, ...workers].some((node) => node.name === name);
    if (!taken) workers.push({ name });
  }
  return { ...config, workers };
}

/** The same lab in another network: given addresses keep their host part. */
export function withNetwork(config: FileConfig, network: string): FileConfig {
  const move = <N extends FileConfig['controlPlane']>(node: N): N => {
    if (node.address === undefined) return node;
    return { ...node, address: addressAfter(network, hostPart(config.network, node.address)) };
  };
  return {
    ...config,
    network,
    controlPlane: move(config.controlPlane),
    workers: config.workers.map(move),
  };
}
