/** What the kernel has in one namespace, in the words of `ip -json`. */
export interface SeenLink {
  ifname: string;
  ifindex: number;
  link_index?: number;
  flags: string[];
  mtu: number;
  address?: string;
  master?: string;
  ifalias?: string;
  linkinfo?: {
    info_kind?: string;
    info_data?: Record<string, unknown>;
    info_slave_data?: { hairpin?: boolean };
  };
  addr_info?: { family: string; local: string; prefixlen: number; scope: string }[];
}

export interface SeenRoute {
  dst: string;
  gateway?: string;
  dev?: string;
  scope?: string;
  flags?: string[];
  /** Absent in the main table. */
  table?: string;
}

/** Which table a packet is looked up in; the smallest priority comes first. */
export interface SeenRule {
  priority: number;
  /** "all", or an address. */
  src: string;
  dst?: string;
  fwmark?: string;
  table?: string;
  protocol?: string;
}

export interface SeenNeighbour {
  dst: string;
  dev: string;
  lladdr?: string;
  state: string[];
}

/** An entry of a bridge's or a tunnel's forwarding table; `dst` is the other end of a tunnel. */
export interface SeenForwarding {
  mac: string;
  ifname: string;
  dst?: string;
}

export interface SeenNamespace {
  links: readonly SeenLink[];
  /** Of the main table. */
  routes: readonly SeenRoute[];
  /** Of all other tables but the kernel's own. */
  otherRoutes: readonly SeenRoute[];
  rules: readonly SeenRule[];
  neighbours: readonly SeenNeighbour[];
  forwarding: readonly SeenForwarding[];
}

export interface Seen {
  node: SeenNamespace;
  /** Undefined when the pod's namespace is gone, or none was asked for. */
  pod?: SeenNamespace;
}

export function linkNamed(
  seen: Pick<SeenNamespace, 'links'> | undefined,
  name: string,
): SeenLink | undefined {
  return seen?.links.find(({ ifname }) => ifname === name);
}

export function isUp(link: SeenLink | undefined): boolean {
  return link?.flags.includes('UP') ?? false;
}

/** Has the link this address, as in 10.244.1.5/24? */
export function hasAddress(link: SeenLink | undefined, address: string): boolean {
  return (
    link?.addr_info?.some(({ local, prefixlen }) => `${local}/${prefixlen}` === address) ?? false
  );
}
