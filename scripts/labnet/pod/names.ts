import { createHash } from 'node:crypto';
import { CniError, cniCode } from '../cni/error.ts';

/**
 * The name of the node's end of a bridged pod's link. Of the container, not of the pod: a StatefulSet's new pod has the old
 * one's name and may come before the old one is gone. The kernel takes at most 15 letters.
 */
export function hostLinkName(containerId: string, ifName: string): string {
  const hash = createHash('sha1').update(`${containerId}/${ifName}`).digest('hex');
  return `lab${hash.slice(0, 11)}`;
}

/** What a link's name is made of. */
export interface LinkOwner {
  containerId: string;
  ifName: string;
  pod?: { namespace: string; name: string };
}

/**
 * The same as AWS names it: of the pod, so that a learner can compute it. Where the runtime knows no pods, of the
 * container. AWS gives a pod one link; a further one has its own name in the hash as well.
 */
export function podLinkName({ containerId, ifName, pod }: LinkOwner): string {
  const owner = pod ? `${pod.namespace}.${pod.name}` : containerId;
  const whole = ifName === 'eth0' ? owner : `${owner}.${ifName}`;
  return `eni${createHash('sha1').update(whole).digest('hex').slice(0, 11)}`;
}

/** How both build names; anything else is somebody else's. */
export const ourLink = /^(lab|eni)[0-9a-f]{11}$/;

/**
 * A MAC that follows from the IPv4 address, so that a learner can tell whose it is: two bytes, then the address's
 * four. Both beginnings have the bit that says "given by an administrator".
 */
function macWith(beginning: string, address: string): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return [beginning, ...bytes].join(':');
}

/** The MAC of what has this address. */
export function macOf(address: string): string {
  return macWith('0a:58', address);
}

/** The MAC of the node's end of the link to the pod with this address. */
export function hostMacOf(address: string): string {
  return macWith('0e:58', address);
}

const namedNetns = /^\/(?:var\/)?run\/netns\/([^/]+)$/;

/**
 * The name that `ip -n` knows a namespace by. Containerd makes all of them under /run/netns.
 * @throws CniError 4 for a path elsewhere.
 */
export function netnsName(path: string): string {
  const name = namedNetns.exec(path)?.[1];
  if (name !== undefined && name !== '.' && name !== '..') return name;
  throw new CniError(
    cniCode.invalidEnvironment,
    `CNI_NETNS is ${JSON.stringify(path)}`,
    'labnet works with named namespaces only: /run/netns/NAME',
  );
}
