import { cidrProblem, contains, networkOf } from '../../base/cidr.ts';
import type { SeenLink, SeenNamespace } from '../plan/seen.ts';

/** The NIC that leads to the other nodes. */
export interface Uplink {
  link: string;
  address: string;
  /** That the address is in, with the other nodes. */
  network: string;
  mtu: number;
}

function addressesOf(link: SeenLink): string[] {
  const all = link.addr_info ?? [];
  return all
    .filter(({ family, scope }) => family === 'inet' && scope === 'global')
    .map(({ local }) => local);
}

function chosenLink({ links, routes }: SeenNamespace, iface: string): [SeenLink, string] {
  const withAddress = links.filter((link) => addressesOf(link).length > 0);
  const known = withAddress.map((link) => `${link.ifname} ${addressesOf(link).join(' ')}`);
  if (cidrProblem(iface) === undefined) {
    for (const link of withAddress) {
      const address = addressesOf(link).find((one) => contains(iface, one));
      if (address !== undefined) return [link, address];
    }
    throw new Error(`no NIC has an address in ${iface}; there are: ${known.join(', ')}`);
  }
  const route = routes.find(({ dst }) => dst === 'default');
  const name = iface === 'default-route' ? route?.dev : iface;
  const link = withAddress.find(({ ifname }) => ifname === name);
  const [address] = link ? addressesOf(link) : [];
  if (link && address !== undefined) return [link, address];
  const wanted =
    iface === 'default-route' ? 'default route leads to a NIC' : `NIC is named ${iface}`;
  throw new Error(`no ${wanted} with an address; there are: ${known.join(', ')}`);
}

/**
 * Finds the NIC by name, by a network that it has an address in, or by the default route. The last is what most pod
 * networks do unasked, and wrong where the first NIC leads to the internet only, as in a VM behind NAT.
 * @throws Error naming the NICs that there are.
 */
export function uplinkOf(seen: SeenNamespace, iface: string): Uplink {
  const [link, address] = chosenLink(seen, iface);
  const { prefixlen = 32 } = link.addr_info?.find(({ local }) => local === address) ?? {};
  const network = networkOf(`${address}/${prefixlen}`);
  return { link: link.ifname, address, network, mtu: link.mtu };
}
