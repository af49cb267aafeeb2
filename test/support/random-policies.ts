import type {
  ApiNamespace,
  ApiPeer,
  ApiPod,
  ApiPolicy,
  ApiPort,
  ApiRule,
} from '../../scripts/labnet/policy/api.ts';
import type { Packet } from '../../scripts/labnet/policy/judge.ts';
import type { Requirement, Selector } from '../../scripts/labnet/policy/selector.ts';
import type { Random } from './random.ts';

/**
 * Worlds so small that policies meet pods, in which everything that a policy may say occurs: all operators, items with
 * one or both selectors, blocks with exceptions, ports by number, by name, as a range and none, pods in the host
 * network, and ended pods whose address belongs to another one by now.
 */
export interface Objects {
  namespaces: ApiNamespace[];
  pods: ApiPod[];
  policies: ApiPolicy[];
}

const protocols = ['TCP', 'UDP', 'SCTP'] as const;
const values = { app: ['web', 'db', 'api'], tier: ['front', 'back'], team: ['red', 'blue'] };
const portNames = ['http', 'dns', 'metrics'];
export const portNumbers = [80, 81, 443, 8080, 8081];

function labels(random: Random, keys: readonly (keyof typeof values)[]): Record<string, string> {
  const own = keys.filter(() => random.chance(0.75));
  return Object.fromEntries(own.map((key) => [key, random.pick(values[key])]));
}

function requirement(random: Random, keys: readonly (keyof typeof values)[]): Requirement {
  const key = random.pick(keys);
  const operator = random.pick(['In', 'NotIn', 'Exists', 'DoesNotExist'] as const);
  if (operator === 'Exists' || operator === 'DoesNotExist') return { key, operator };
  return { key, operator, values: random.list(1, 2, () => random.pick(values[key])) };
}

function selector(random: Random, keys: readonly (keyof typeof values)[]): Selector {
  if (random.chance(0.25)) return {};
  if (random.chance(0.5)) {
    const key = random.pick(keys);
    return { matchLabels: { [key]: random.pick(values[key]) } };
  }
  return {
    ...(random.chance(0.2) && { matchLabels: labels(random, keys) }),
    matchExpressions: random.list(1, 2, () => requirement(random, keys)),
  };
}

function namespaceSelector(random: Random): Selector {
  if (random.chance(0.7)) return selector(random, ['team']);
  return { matchLabels: { 'kubernetes.io/metadata.name': random.pick(['one', 'two']) } };
}

const blocks = ['0.0.0.0/0', '10.244.0.0/16', '10.244.1.0/24', '10.244.1.7/29', '198.51.100.0/24'];
const exceptions = ['10.244.1.0/30', '10.244.1.4/32', '10.244.2.0/24', '198.51.100.128/25'];

function peer(random: Random): ApiPeer {
  const kind = random.below(5);
  if (kind === 0) return { podSelector: selector(random, ['app', 'tier']) };
  if (kind === 1) return { namespaceSelector: namespaceSelector(random) };
  if (kind < 4) {
    return {
      namespaceSelector: namespaceSelector(random),
      podSelector: selector(random, ['app', 'tier']),
    };
  }
  const cidr = random.pick(blocks);
  // The API server refuses exceptions that are not within the block.
  const within = cidr === '0.0.0.0/0' ? exceptions : [];
  const except = random.list(0, 2, () => random.pick(exceptions)).filter((e) => within.includes(e));
  if (cidr === '10.244.1.0/24' && random.chance(0.5)) except.push('10.244.1.0/30');
  return { ipBlock: { cidr, ...(except.length > 0 && { except }) } };
}

function port(random: Random): ApiPort {
  const protocol = random.chance(0.4) ? {} : { protocol: random.pick(protocols) };
  const kind = random.below(6);
  if (kind === 0) return protocol;
  if (kind <= 2) return { ...protocol, port: random.pick(portNumbers) };
  if (kind <= 4) return { ...protocol, port: random.pick(portNames) };
  const first = random.pick(portNumbers);
  return { ...protocol, port: first, endPort: first + random.pick([0, 1, 400]) };
}

function rule(random: Random, side: 'from' | 'to'): ApiRule {
  const peers = random.list(0, 3, () => peer(random));
  const ports = random.list(0, 2, () => port(random));
  return {
    ...((peers.length > 0 || random.chance(0.5)) && { [side]: peers }),
    ...((ports.length > 0 || random.chance(0.5)) && { ports }),
  };
}

function policy(random: Random, place: number, namespace: string): ApiPolicy {
  const policyTypes = random.pick([
    undefined,
    ['Ingress'],
    ['Egress'],
    ['Ingress', 'Egress'],
    ['Egress', 'Ingress'],
  ]);
  return {
    metadata: { namespace, name: `policy-${place}` },
    spec: {
      podSelector: random.chance(0.3) ? {} : selector(random, ['app', 'tier']),
      ...(policyTypes && { policyTypes }),
      ...(random.chance(0.7) && { ingress: random.list(0, 3, () => rule(random, 'from')) }),
      ...(random.chance(0.6) && { egress: random.list(0, 3, () => rule(random, 'to')) }),
    },
  };
}

/** Where a pod is: which node, and which address. */
export interface Place {
  node: string;
  hostIP: string;
  podIP: string;
}

function containerPorts(random: Random) {
  return random.list(0, 3, () => ({
    ...(random.chance(0.9) && { name: random.pick(portNames) }),
    ...(random.chance(0.5) && { protocol: random.pick(protocols) }),
    containerPort: random.pick(portNumbers),
  }));
}

function pod(random: Random, name: string, { node, hostIP, podIP }: Place): ApiPod {
  return {
    metadata: {
      namespace: random.pick(['one', 'two']),
      name,
      labels: labels(random, ['app', 'tier']),
    },
    spec: {
      nodeName: node,
      containers: [{ ports: containerPorts(random) }, { ports: containerPorts(random) }],
    },
    status: { phase: 'Running', hostIP, podIP, podIPs: [{ ip: podIP }] },
  };
}

const nodes = ['node-1', 'node-2', 'node-3'];

function hostNetwork(of: ApiPod): ApiPod {
  const ip = of.status?.hostIP ?? '';
  const status = { ...of.status, podIP: ip, podIPs: [{ ip }] };
  return { ...of, spec: { ...of.spec, hostNetwork: true }, status };
}

export function randomPlaces(random: Random): Place[] {
  return random.list(4, 8, (place) => {
    const node = random.below(nodes.length);
    const podIP = `10.244.${1 + random.below(2)}.${place + 1}`;
    return { node: nodes[node] as string, hostIP: `192.168.0.${node + 1}`, podIP };
  });
}

export function randomObjects(
  random: Random,
  places = randomPlaces(random),
  [fewest, most]: readonly [number, number] = [1, 5],
): Objects {
  const pods = places.map((place, number) => pod(random, `pod-${number}`, place));
  const ended = places.slice(0, 2).map((place, number) => {
    const one = pod(random, `ended-${number}`, place);
    return { ...one, status: { ...one.status, phase: random.pick(['Succeeded', 'Failed']) } };
  });
  const host = places.slice(-1).map((place) => hostNetwork(pod(random, 'host', place)));
  return {
    namespaces: ['one', 'two'].map((name) => ({
      metadata: { name, labels: labels(random, ['team']) },
    })),
    pods: [...ended, ...pods, ...host],
    policies: random.list(fewest, most, (place) =>
      policy(random, place, random.pick(['one', 'two'])),
    ),
  };
}

const outside = ['198.51.100.1', '198.51.100.129', '203.0.113.9', '10.244.1.3', '192.168.0.1'];

/** Mostly between pods, often to a port that the destination has; ends are addresses. */
export function randomPacket(random: Random, { pods }: Objects): Packet {
  const end = (): string =>
    random.chance(0.85) ? (random.pick(pods).status?.podIP ?? '') : random.pick(outside);
  const [from, to] = [end(), end()];
  const ports = pods
    .filter(({ status }) => status?.podIP === to)
    .flatMap(({ spec }) => spec.containers.flatMap((container) => container.ports ?? []));
  if (ports.length > 0 && random.chance(0.5)) {
    const { protocol = 'TCP', containerPort } = random.pick(ports);
    return { from, to, protocol, port: containerPort };
  }
  const port = random.pick([...portNumbers, 82, 481, 482]);
  return { from, to, protocol: random.pick(protocols), port };
}
