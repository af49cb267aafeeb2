import { LabError } from '../../base/errors.ts';
import { guestText } from '../../nodes/guest/script.ts';
import type { SeenLink, SeenNamespace } from '../../labnet/plan/seen.ts';
import { inside, type End, type TraceNode } from './place.ts';

/** What a network namespace has, by itself: no packet is needed to see it. */
export interface Look extends Pick<
  SeenNamespace,
  'links' | 'routes' | 'neighbours' | 'forwarding'
> {
  /** Last word of the path -> value. */
  sysctls: Readonly<Record<string, number>>;
  /** The lines of iptables-save. */
  iptables: readonly string[];
  /** The lines of `ss -Hlntu`. */
  sockets: readonly string[];
}

export function readLook(text: string): Look {
  const [json = '{}', ...lines] = text.trimEnd().split('\n');
  const sockets = lines.indexOf('== sockets');
  return {
    ...(JSON.parse(json) as Omit<Look, 'iptables' | 'sockets'>),
    iptables: lines.slice(1, sockets),
    sockets: lines.slice(sockets + 1),
  };
}

async function look(node: TraceNode, argv: readonly string[]): Promise<Look> {
  const { stdout } = await node.exec(argv, {
    stdin: await guestText('trace-look.sh'),
    timeout: 20_000,
  });
  try {
    return readLook(stdout);
  } catch (cause) {
    throw new LabError('trace-failed', `${node.name}: what its network has cannot be read`, {
      details: stdout.slice(0, 500),
      cause,
    });
  }
}

export function lookAtNode(node: TraceNode): Promise<Look> {
  return look(node, ['bash', '-s']);
}

export function lookAtEnd(end: End): Promise<Look> {
  return look(end.node, inside(end, ['bash', '-s']));
}

/** The link that has this address. */
export function linkWith({ links }: Look, address: string): SeenLink | undefined {
  return links.find(({ addr_info: all = [] }) => all.some(({ local }) => local === address));
}

export function kindOf(link: SeenLink | undefined): string | undefined {
  return link?.linkinfo?.info_kind;
}

/** The node's end of the cable to a pod: both ends know each other's number. */
export function cableOf(node: Look, pod: Look): SeenLink | undefined {
  const numbers = pod.links.flatMap(({ link_index: peer, ifname }) =>
    peer === undefined || ifname === 'lo' ? [] : [peer],
  );
  return node.links.find((link) => kindOf(link) === 'veth' && numbers.includes(link.ifindex));
}

/** Pod networks that route every pod by itself have no bridge, so a cable without one is right there. */
export function hasBridge({ links }: Look): boolean {
  return links.some((link) => kindOf(link) === 'bridge');
}
