import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { local } from '../../../scripts/nodes/local.ts';
import { portNumbers } from '../../support/random-policies.ts';
import type { Order } from './probe-child.ts';

/** A node with four pods, and a machine outside. Every place is a network namespace; the node routes between all. */
export const podAddresses = ['10.244.1.2', '10.244.1.3', '10.244.1.4', '10.244.1.5'];
export const nodeAddress = '192.168.0.1';
export const outsideAddresses = ['198.51.100.1', '198.51.100.129', '203.0.113.9'];
/** Through which the pods are asked for port 80 of the first one. */
export const serviceAddress = '10.96.0.1';

export type Attachment = 'routed' | 'bridged';
const ports = [...portNumbers, 82, 7000, 7001];

interface Place {
  namespace: string;
  addresses: readonly string[];
}

const namesOf = (id: string): { node: string; places: readonly Place[] } => ({
  node: `labpol-${id}`,
  places: [
    ...podAddresses.map((address, n) => ({ namespace: `labpol-${id}-${n}`, addresses: [address] })),
    { namespace: `labpol-${id}-x`, addresses: outsideAddresses },
    { namespace: `labpol-${id}`, addresses: [nodeAddress] },
  ],
});

/** A veth to the node's namespace, with a gateway that is on no network: as aws-style CNIs do it. */
function routed(node: string, { namespace, addresses }: Place, n: number): string {
  return `
ip netns add ${namespace}
ip -n ${node} link add lab${n} type veth peer name eth0 netns ${namespace}
ip -n ${node} address add 169.254.1.1/32 dev lab${n}
ip -n ${node} link set lab${n} up
ip -n ${namespace} link set lo up
ip -n ${namespace} link set eth0 up
${addresses.map((address) => `ip -n ${namespace} address add ${address}/32 dev eth0`).join('\n')}
ip -n ${namespace} route add 169.254.1.1 dev eth0
ip -n ${namespace} route add default via 169.254.1.1
${addresses.map((address) => `ip -n ${node} route add ${address} dev lab${n}`).join('\n')}`;
}

function bridged(node: string, { namespace, addresses }: Place, n: number): string {
  return `
ip netns add ${namespace}
ip -n ${node} link add lab${n} type veth peer name eth0 netns ${namespace}
ip -n ${node} link set lab${n} master cni0
ip -n ${node} link set lab${n} type bridge_slave hairpin on
ip -n ${node} link set lab${n} up
ip -n ${namespace} link set lo up
ip -n ${namespace} link set eth0 up
${addresses.map((address) => `ip -n ${namespace} address add ${address}/24 dev eth0`).join('\n')}
ip -n ${namespace} route add default via 10.244.1.1`;
}

function scene(id: string, attachment: Attachment): string {
  const { node, places } = namesOf(id);
  const attach = attachment === 'routed' ? routed : bridged;
  return `
set -eu
ip netns add ${node}
ip -n ${node} link set lo up
ip -n ${node} address add ${nodeAddress}/32 dev lo
ip netns exec ${node} sysctl -qw net.ipv4.ip_forward=1
# Every refusal must be heard: the kernel tells a sender only once a second.
ip netns exec ${node} sysctl -qw net.ipv4.icmp_ratelimit=0
ip -n ${node} link add cni0 type bridge
ip -n ${node} link set cni0 up
${attachment === 'bridged' ? `ip -n ${node} address add 10.244.1.1/24 dev cni0` : ''}
${places
  .slice(0, -1)
  .map((place, n) => (n < podAddresses.length ? attach : routed)(node, place, n))
  .join('')}
ip netns exec ${node} nft -f - <<END
table ip service {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    ip daddr ${serviceAddress} tcp dport 80 meta mark set 1 dnat to ${podAddresses[0]}:8080
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr ${podAddresses[0]} ip daddr ${podAddresses[0]} masquerade
  }
}
END
`;
}

export interface PodNetwork {
  /** Runs a program on the node. */
  onNode(argv: readonly string[], stdin?: string): Promise<string>;
  /** Gives an order to the place that has the source address; its outcome in a word. */
  order(order: Omit<Order, 'id'>): Promise<string>;
  close(): Promise<void>;
}

interface Child {
  process: ChildProcess;
  waiting: Map<number, (outcome: string) => void>;
}

function startChild({ namespace, addresses }: Place): Promise<Child> {
  const script = join(import.meta.dirname, 'probe-child.ts');
  const argv = ['netns', 'exec', namespace, process.execPath, '--import', 'tsx', script];
  const child = spawn('ip', [...argv, addresses.join(), ports.join()], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting: Child['waiting'] = new Map();
  createInterface(child.stdout).on('line', (line) => {
    const { id, outcome } = JSON.parse(line) as { id: number; outcome: string };
    waiting.get(id)?.(outcome);
    waiting.delete(id);
  });
  return new Promise((resolve, reject) => {
    child.on('exit', () => reject(new Error(`nothing runs in ${namespace} any more`)));
    waiting.set(0, () => resolve({ process: child, waiting }));
  });
}

export async function podNetwork(id: string, attachment: Attachment): Promise<PodNetwork> {
  const { node, places } = namesOf(id);
  await local(['bash', '-s'], { stdin: scene(id, attachment) });
  const children = await Promise.all(places.map(startChild));
  let last = 0;
  return {
    onNode: async (argv, stdin) =>
      (await local(['ip', 'netns', 'exec', node, ...argv], stdin === undefined ? {} : { stdin }))
        .stdout,
    order: (order) => {
      const child = children[places.findIndex((one) => one.addresses.includes(order.source))];
      const number = ++last;
      return new Promise((resolve) => {
        child?.waiting.set(number, resolve);
        child?.process.stdin?.write(`${JSON.stringify({ id: number, ...order })}\n`);
      });
    },
    close: async () => {
      for (const child of children) child.process.kill();
      for (const name of new Set([...places.map(({ namespace }) => namespace), node])) {
        await local(['ip', 'netns', 'delete', name]);
      }
    },
  };
}
