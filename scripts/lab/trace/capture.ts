import type { Packet } from './packet.ts';

/** A packet on a link of a node, as tcpdump saw it. */
export interface Sighting {
  node: string;
  /** Seconds since 1970. */
  at: number;
  link: string;
  /** Into the node, or out of it. */
  way: 'in' | 'out';
  packet: Packet;
  /** Around it, while it is in the tunnel. */
  wrapping?: Packet;
}

const start = /^(\d+\.\d+) (\S+)\s+(In|Out|P|B|M) +IP (.*)$/;
const body = /^(\d+\.\d+\.\d+\.\d+)(?:\.(\d+))? > (\d+\.\d+\.\d+\.\d+)(?:\.(\d+))?: (.*)$/;

function packetOf(text: string): Packet | undefined {
  const [, src, sport, dst, dport, rest = ''] = body.exec(text) ?? [];
  if (src === undefined || dst === undefined) return undefined;
  if (sport === undefined || dport === undefined) {
    const [, said = ''] = /^ICMP (.*?), (?:id|length) /.exec(rest) ?? [];
    const id = Number(/ id (\d+),/.exec(rest)?.[1] ?? 0);
    const packet = { protocol: 'icmp', src, dst, flags: said } as const;
    if (said === 'echo request') return { ...packet, sport: id };
    return said === 'echo reply' ? { ...packet, dport: id } : packet;
  }
  const ends = { src, dst, sport: Number(sport), dport: Number(dport) };
  const flags = /^Flags \[([^\]]+)\]/.exec(rest)?.[1];
  return flags === undefined ? { protocol: 'udp', ...ends } : { protocol: 'tcp', ...ends, flags };
}

/**
 * Reads the text of `tcpdump -nn -tt -i any`. Behind a wrapped packet comes a line with what is inside; tcpdump knows port
 * 8472 by the name of OTV, which it was before flannel's.
 */
export function readCapture(node: string, text: string): Sighting[] {
  const sightings: Sighting[] = [];
  let wrapped: Sighting | undefined;
  for (const line of text.split('\n')) {
    const [, at, link = '', way, rest = ''] = start.exec(line) ?? [];
    if (at === undefined) {
      const inside = wrapped && packetOf(line.trim().replace(/^IP /, ''));
      if (wrapped && inside) sightings.push({ ...wrapped, packet: inside });
      wrapped = undefined;
      continue;
    }
    const packet = packetOf(rest);
    if (!packet) continue;
    const base = { node, at: Number(at), link, way: way === 'Out' ? 'out' : 'in' } as const;
    if (/: (OTV|VXLAN), /.test(rest)) wrapped = { ...base, packet, wrapping: packet };
    else sightings.push({ ...base, packet });
  }
  return sightings;
}
