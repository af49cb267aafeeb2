/** One packet as tcpdump printed it; for a tunnelled one also what is inside. */
export interface Packet {
  interface?: string;
  src?: string;
  dst?: string;
  sport?: string;
  dport?: string;
  /** icmp, tcp, udp, arp, … in lower case. */
  protocol?: string;
  vni?: string;
  inner_src?: string;
  inner_dst?: string;
  inner_sport?: string;
  inner_dport?: string;
  inner_protocol?: string;
}

interface Plain {
  interface?: string;
  src: string;
  dst: string;
  sport?: string;
  dport?: string;
  protocol: string;
  rest: string;
}

/** `10.0.0.1.8472` and `fd00::1.53` as address and port. */
function endpoint(text: string, hasPort: boolean): { address: string; port?: string } {
  if (!hasPort) return { address: text };
  const at = text.lastIndexOf('.');
  return { address: text.slice(0, at), port: text.slice(at + 1) };
}

function withPort(text: string): boolean {
  return text.includes(':') ? text.includes('.') : text.split('.').length === 5;
}

function protocolOf(rest: string, ports: boolean): string {
  if (/^ICMP/.test(rest)) return 'icmp';
  if (/^Flags \[/.test(rest)) return 'tcp';
  return ports ? 'udp' : (/^(\w+)/.exec(rest)?.[1]?.toLowerCase() ?? '');
}

/** `[IFNAME In|Out] IP A > B: …` or ARP; undefined for other lines. */
function plainPacket(line: string): Plain | undefined {
  const found = /^(?:(\S+)\s+(?:In|Out|B|M|P)\s+)?(?:IP6?|ARP,?)\s*(.*)$/.exec(line.trim());
  if (!found) return undefined;
  const [, device, body = ''] = found;
  const on = device === undefined ? {} : { interface: device };
  const arp = /^(?:ethertype IPv4 \S+ )?Request who-has (\S+?)(?: \(\S+\))? tell (\S+?),/.exec(
    body,
  );
  if (arp) return { ...on, src: arp[2] ?? '', dst: arp[1] ?? '', protocol: 'arp', rest: '' };
  const ip = /^(\S+) > (\S+): (.*)$/.exec(body);
  if (!ip) return undefined;
  const [, from = '', to = '', rest = ''] = ip;
  const ports = withPort(from) && withPort(to);
  const src = endpoint(from, ports);
  const dst = endpoint(to, ports);
  return {
    ...on,
    src: src.address,
    dst: dst.address,
    ...(src.port === undefined ? {} : { sport: src.port }),
    ...(dst.port === undefined ? {} : { dport: dst.port }),
    protocol: protocolOf(rest, ports),
    rest,
  };
}

/** Flannel's port 8472 was once OTV's, so tcpdump shows VXLAN there under that name: "instance" is the VNI. */
function vniOf(rest: string): string | undefined {
  return /^(?:VXLAN|OTV).*?(?:vni|instance) (\d+)/.exec(rest)?.[1];
}

/** Packets in the output of `tcpdump -nn -t`. The line after a tunnelled packet shows what is inside. */
export function readPackets(text: string): Packet[] {
  const packets: Packet[] = [];
  let outer: Packet | undefined;
  for (const line of text.split('\n')) {
    const plain = plainPacket(line);
    if (!plain) continue;
    const { rest, ...fields } = plain;
    if (outer) {
      outer.inner_src = fields.src;
      outer.inner_dst = fields.dst;
      if (fields.sport !== undefined) outer.inner_sport = fields.sport;
      if (fields.dport !== undefined) outer.inner_dport = fields.dport;
      outer.inner_protocol = fields.protocol;
      outer = undefined;
      continue;
    }
    const vni = vniOf(rest);
    const packet: Packet = vni === undefined ? fields : { ...fields, vni };
    packets.push(packet);
    outer = vni === undefined ? undefined : packet;
  }
  return packets;
}

export function packetInWords(packet: Packet): string {
  const port = (value: string | undefined): string => (value === undefined ? '' : `:${value}`);
  const outer = `${packet.src ?? ''}${port(packet.sport)} > ${packet.dst ?? ''}${port(packet.dport)} ${packet.protocol ?? ''}`;
  if (packet.inner_src === undefined) return outer;
  return `${outer} (${packet.inner_src} > ${packet.inner_dst ?? ''} ${packet.inner_protocol ?? ''})`;
}
