export const protocols = ['tcp', 'udp', 'icmp'] as const;
export type Protocol = (typeof protocols)[number];

/** What tells packets apart. A ping has its identifier in place of the client's port, and none at the other end. */
export interface Packet {
  protocol: Protocol;
  src: string;
  dst: string;
  sport?: number;
  dport?: number;
  /** tcp: as tcpdump writes them, S for SYN, S. for SYN and ACK, R. for RST; icmp: what it says. */
  flags?: string;
}

/** The connection that is followed, as its client sees it. */
export interface Flow {
  protocol: Protocol;
  client: string;
  /** The probe's source port; with icmp its identifier. */
  clientPort: number;
  target: string;
  /** Absent with icmp. */
  port?: number;
}

export type Direction = 'request' | 'answer';

function withPort(address: string, port: number | undefined): string {
  return port === undefined ? address : `${address}:${port}`;
}

export function sourceOf({ src, sport }: Packet): string {
  return withPort(src, sport);
}

export function targetOf({ dst, dport }: Packet): string {
  return withPort(dst, dport);
}

export function packetText(packet: Packet): string {
  const { protocol, src, dst } = packet;
  if (protocol === 'icmp') return `${src} -> ${dst}`;
  return `${sourceOf(packet)} -> ${targetOf(packet)}`;
}

/** The first packet of the connection. */
export function requestOf({ protocol, client, clientPort, target, port }: Flow): Packet {
  const base = { protocol, src: client, dst: target, sport: clientPort };
  return port === undefined ? base : { ...base, dport: port };
}

/** A connection that ends at the node, or is refused, is answered by a RST; an ICMP message says the same of the others. */
export function isRefusal({ protocol, flags = '' }: Packet): boolean {
  return protocol === 'tcp' ? flags.startsWith('R') : /unreachable|prohibited/.test(flags);
}
