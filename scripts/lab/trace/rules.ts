import type { Flow } from './packet.ts';

/** All our tables begin so; what a killed trace has left is found by it. */
export const tablePrefix = 'lab_trace_';
/** Where VXLAN is found: the port of flannel and labnet. */
export const vxlanPort = 8472;
/** A packet to here, from the node to itself, proves that the recording works. Nobody listens. */
export const controlAddress = '127.0.0.99';

/** Behind the end of the UDP header: VXLAN (8), Ethernet (14), IPv4 without options (20). */
const innerTransport = 8 + 14 + 20;

/** Where the wrapped packet has the client's port: as the source on the way there, as the target on the way back. */
function portOffsets({ protocol }: Flow): readonly number[] {
  const inIcmp = 4;
  return (protocol === 'icmp' ? [inIcmp] : [0, 2]).map((at) => 8 + innerTransport + at);
}

/** TCP's first packets are enough; every further one would be traced and told as well. */
function ownPackets({ protocol, clientPort }: Flow): string[] {
  if (protocol === 'icmp') return [`icmp id ${clientPort}`];
  const opening = protocol === 'tcp' ? 'tcp flags & (syn | rst) != 0 ' : '';
  return ['sport', 'dport'].map((side) => `${opening}${protocol} ${side} ${clientPort}`);
}

/**
 * A table that decides nothing. Its first chains mark the connection's packets for `nft monitor trace`; the others are
 * empty and late: that they were passed says how far a packet came. Conntrack knows the connection also where NAT has
 * changed its addresses, so behind it (-200) is looked once more.
 */
export function rulesText(table: string, flow: Flow): string {
  const { protocol, client, clientPort } = flow;
  const mark = 'meta nftrace set 1';
  const early = ownPackets(flow).map((match) => `${match} ${mark}`);
  const wrapped = portOffsets(flow).map(
    (offset) => `udp dport ${vxlanPort} @th,${offset * 8},16 ${clientPort} ${mark}`,
  );
  const known = `meta l4proto ${protocol} ct original proto-src ${clientPort} ct original ip saddr ${client} ${protocol === 'tcp' ? 'tcp flags & (syn | rst) != 0 ' : ''}${mark}`;
  const self = `ip daddr ${controlAddress} meta l4proto udp ${mark}`;
  const chain = (name: string, hook: string, priority: number, rules: readonly string[]): string =>
    [
      `  chain ${name} {`,
      `    type filter hook ${hook} priority ${priority}; policy accept;`,
      ...rules.map((rule) => `    ${rule}`),
      '  }',
    ].join('\n');
  return [
    `table inet ${table} {`,
    chain('prerouting_first', 'prerouting', -350, [...early, ...wrapped]),
    chain('prerouting_known', 'prerouting', -199, [known]),
    chain('output_first', 'output', -350, [...early, ...wrapped, self]),
    chain('output_known', 'output', -199, [known]),
    ...['input', 'forward', 'postrouting'].map((hook) => chain(`${hook}_last`, hook, 900, [])),
    '}\n',
  ].join('\n');
}

/** What tcpdump is to show: ports may be others behind a NAT, so a port at either end is enough. */
export function captureFilter(flow: Flow): string {
  const { protocol, client, clientPort, target, port } = flow;
  const own =
    protocol === 'icmp'
      ? `icmp and icmp[4:2] = ${clientPort}`
      : `${protocol} and (port ${clientPort} or (port ${port} and (host ${client} or host ${target})))`;
  const wrapped = portOffsets(flow)
    .map((offset) => `udp[${offset}:2] = ${clientPort}`)
    .join(' or ');
  const refusals = `icmp[icmptype] = icmp-unreach and (host ${client} or host ${target})`;
  const self = `dst host ${controlAddress} and udp`;
  return [own, `udp dst port ${vxlanPort} and (${wrapped})`, refusals, self]
    .map((one) => `(${one})`)
    .join(' or ');
}
