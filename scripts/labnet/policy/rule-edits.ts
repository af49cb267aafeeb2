import { relabel, relabelNamespace, relabelPod, replaceRule, type Edit } from './edits.ts';
import type { End, Packet } from './judge.ts';
import { nameOf, type Direction, type Peer, type Pod, type Policy } from './model.ts';
import type { PolicyPort, PolicyRule, World } from './model.ts';
import { addressNumber, cidrRange } from './ranges.ts';
import { unmet } from './selector.ts';

/** One rule of a policy, and who wants to pass it. */
export interface Spot {
  world: World;
  policy: Policy;
  direction: Direction;
  place: number;
  rule: PolicyRule;
  other: End;
  packet: Packet;
}

const nameLabel = 'kubernetes.io/metadata.name';

function ruleName({ policy, direction, place }: Spot): string {
  return `${nameOf(policy)} ${direction}[${place}]`;
}

function listName(spot: Spot): string {
  return `${ruleName(spot)}.${spot.direction === 'ingress' ? 'from' : 'to'}`;
}

function withRule(spot: Spot, text: string, change: Partial<PolicyRule>): Edit {
  const { world, policy, direction, place, rule } = spot;
  return { text, world: replaceRule(world, policy, direction, place, { ...rule, ...change }) };
}

function portText({ protocol, port, endPort }: PolicyPort): string {
  if (port === undefined) return `all of ${protocol}`;
  return endPort === undefined ? `${protocol} ${port}` : `${protocol} ${port}-${endPort}`;
}

/** For a rule that has the right peers but not the port. */
export function portEdit(spot: Spot): Edit {
  const { protocol, port } = spot.packet;
  const only = spot.rule.ports.map(portText).join(', ');
  const text = `add ${protocol} ${port} to the ports of ${ruleName(spot)}, which allows only ${only}`;
  return withRule(spot, text, { ports: [...spot.rule.ports, { protocol, port }] });
}

function exceptionEdits(spot: Spot, block: NonNullable<Peer['ipBlock']>, number: number): Edit[] {
  const address = addressNumber(spot.other.address);
  const isHole = (cidr: string): boolean => {
    const range = cidrRange(cidr);
    return range !== undefined && range.first <= address && address <= range.last;
  };
  const holes = block.except.filter(isHole);
  if (holes.length === 0) return [];
  const except = block.except.filter((cidr) => !isHole(cidr));
  const peers = spot.rule.peers.with(number, { ipBlock: { ...block, except } });
  const text = `remove the exception ${holes.join(', ')} from ${listName(spot)}[${number}]`;
  return [withRule(spot, text, { peers })];
}

function selectorEdits(spot: Spot, peer: Peer, pod: Pod, number: number): Edit[] {
  const { world, policy, rule } = spot;
  const item = `${listName(spot)}[${number}]`;
  const ofPod = relabel(
    `pod ${nameOf(pod)}`,
    pod.labels,
    unmet(peer.podSelector ?? {}, pod.labels),
  );
  const relabelled: Edit = {
    text: `${ofPod.words}, as ${item} wants`,
    world: relabelPod(world, pod, ofPod.labels),
  };
  if (!peer.namespaceSelector) {
    const namespaceSelector = { matchLabels: { [nameLabel]: pod.namespace } };
    const text =
      `add namespaceSelector ${nameLabel}=${pod.namespace} to ${item}: ` +
      `without one it means pods of namespace ${policy.namespace}`;
    const peers = rule.peers.with(number, { ...peer, namespaceSelector });
    return [relabelled, withRule(spot, text, { peers })];
  }
  const labels = world.namespaces.find(({ name }) => name === pod.namespace)?.labels ?? {};
  const ofNamespace = relabel(
    `namespace ${pod.namespace}`,
    labels,
    unmet(peer.namespaceSelector, labels),
  );
  // A namespace cannot be given another name.
  if (ofNamespace.labels[nameLabel] !== labels[nameLabel]) return [relabelled];
  const text = `${ofNamespace.words}, as ${item} wants`;
  return [relabelled, { text, world: relabelNamespace(world, pod.namespace, ofNamespace.labels) }];
}

/** An end as narrowly as a policy can name it, and in words. */
export function peerOf({ address, pod }: End): { peer: Peer; words: string } {
  if (!pod || pod.hostNetwork) {
    const cidr = `${address}/32`;
    return { peer: { ipBlock: { cidr, except: [] } }, words: `ipBlock ${cidr}` };
  }
  const labels = Object.entries(pod.labels).map(([name, value]) => `${name}=${value}`);
  return {
    peer: {
      namespaceSelector: { matchLabels: { [nameLabel]: pod.namespace } },
      podSelector: { matchLabels: pod.labels },
    },
    words: `namespaceSelector ${nameLabel}=${pod.namespace} with podSelector ${labels.join(',') || '{}'}`,
  };
}

/** For a rule that has the right port but not the peer: what each of its items lacks, or one item more. */
export function peerEdits(spot: Spot): Edit[] {
  const { pod } = spot.other;
  const { peer, words } = peerOf(spot.other);
  const items = spot.rule.peers.flatMap((one, number) => {
    if (one.ipBlock) return exceptionEdits(spot, one.ipBlock, number);
    return pod && !pod.hostNetwork ? selectorEdits(spot, one, pod, number) : [];
  });
  const added = { peers: [...spot.rule.peers, peer] };
  return [...items, withRule(spot, `add ${words} to ${listName(spot)}`, added)];
}
