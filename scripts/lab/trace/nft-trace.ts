import { sourceOf, targetOf, type Packet, type Protocol } from './packet.ts';
import { tablePrefix, vxlanPort } from './rules.ts';

/** One rule, or one chain's policy, that had a say. */
export interface Step {
  /** As in "ip nat". */
  table: string;
  chain: string;
  /** The rule as nft writes it; absent when the chain's policy spoke. */
  rule?: string;
  comment?: string;
  /** accept, drop, jump CHAIN, … */
  verdict: string;
}

/** One way of one packet through the netfilter of a node: once for a frame inside, and once for its wrapping. */
export interface Pass {
  node: string;
  iif?: string;
  oif?: string;
  /** The packet as it was seen at each chain: NAT changes it on its way. */
  packets: Packet[];
  steps: Step[];
  /** The hooks that it came to the end of; prerouting and output: that it entered. */
  hooks: string[];
}

/** What address translation did to a packet, and the rule that said so; an answer is translated back without one. */
export interface Change {
  before: Packet;
  after: Packet;
  by?: Step;
}

export function changesIn({ packets, steps }: Pass): Change[] {
  return packets.slice(1).flatMap((after, i) => {
    const before = packets[i] as Packet;
    const end = targetOf(before) === targetOf(after) ? 'source' : 'target';
    if (end === 'source' && sourceOf(before) === sourceOf(after)) return [];
    const words = end === 'target' ? /\b(dnat|redirect)\b/ : /\b(snat|masquerade)\b/;
    const by = steps.find(({ rule = '' }) => words.test(rule));
    return [{ before, after, ...(by ? { by } : {}) }];
  });
}

function packetOf(text: string): Packet | undefined {
  const word = (name: string): string | undefined =>
    new RegExp(`(?:^| )${name} (\\S+)`).exec(text)?.[1];
  const [src, dst] = [word('ip saddr'), word('ip daddr')];
  const protocol = (['tcp', 'udp', 'icmp'] as const).find((one) => text.includes(` ${one} `));
  if (src === undefined || dst === undefined || protocol === undefined) return undefined;
  if (protocol === 'icmp') return icmpPacket(src, dst, word('icmp type'), word('icmp id'));
  const [sport, dport] = [word(`${protocol} sport`), word(`${protocol} dport`)];
  return { ...base(protocol, src, dst), sport: Number(sport), dport: Number(dport) };
}

function base(protocol: Protocol, src: string, dst: string): Packet {
  return { protocol, src, dst };
}

function icmpPacket(src: string, dst: string, type = '', id = '0'): Packet {
  const packet = { ...base('icmp', src, dst), flags: type };
  if (type === 'echo-request') return { ...packet, sport: Number(id) };
  return type === 'echo-reply' ? { ...packet, dport: Number(id) } : packet;
}

/** Is this the wrapping of another packet? */
export function isWrapping({ protocol, dport }: Packet): boolean {
  return protocol === 'udp' && dport === vxlanPort;
}

function stepOf(table: string, chain: string, kind: string, rest: string): Step | undefined {
  if (kind === 'policy') return { table, chain, verdict: rest.trim() };
  if (kind !== 'rule') return undefined;
  const found = /^(.*)\(verdict ([^)]+)\)\s*$/.exec(rest);
  if (!found) return undefined;
  const [, text = '', verdict = ''] = found;
  const comment = / comment "([^"]*)"/.exec(text)?.[1];
  const rule = text
    .replace(/ comment "[^"]*"/, '')
    .replace(/ counter packets \d+ bytes \d+/, ' counter')
    .replace(/\s+/g, ' ')
    .trim();
  return { table, chain, rule, verdict, ...(comment === undefined ? {} : { comment }) };
}

const line = /^trace id (\w+) (\w+ \S+) (\S+) (packet:|rule|policy)(.*)$/;

/** What a line that shows a packet says of its place. */
interface Place {
  node: string;
  id: string;
  table: string;
  chain: string;
}

/** The pass that goes on here, or a new one. */
function passOf(passes: Pass[], open: Map<string, Pass>, at: Place, packet: Packet): Pass {
  const ours = at.table.includes(tablePrefix);
  const entered = ours && /^(prerouting|output)_first$/.test(at.chain);
  const known = open.get(at.id);
  const before = known?.packets.at(-1);
  // A wrapped packet may keep the id of what it was made from.
  if (known && before && !entered && isWrapping(before) === isWrapping(packet)) return known;
  // What a bridge hands up to the node gets another id on its way, perhaps just after it was translated.
  const goesOn = ({ packets, steps }: Pass): boolean => {
    const last = packets.at(-1);
    if (!last || sourceOf(last) !== sourceOf(packet)) return false;
    return targetOf(last) === targetOf(packet) || /\bdnat\b/.test(steps.at(-1)?.rule ?? '');
  };
  const left = entered ? undefined : passes.findLast(goesOn);
  const pass = left ?? { node: at.node, packets: [], steps: [], hooks: [] };
  if (!left) passes.push(pass);
  open.set(at.id, pass);
  return pass;
}

/** Reads the text of `nft monitor trace`. */
export function readTrace(node: string, text: string): Pass[] {
  const passes: Pass[] = [];
  const open = new Map<string, Pass>();
  for (const one of text.split('\n')) {
    const [, id = '', table = '', chain = '', kind = '', rest = ''] = line.exec(one) ?? [];
    const ours = table.includes(tablePrefix);
    if (kind !== 'packet:') {
      const step = stepOf(table, chain, kind, rest);
      if (step && !ours) open.get(id)?.steps.push(step);
      continue;
    }
    const packet = packetOf(rest);
    if (!packet) continue;
    const pass = passOf(passes, open, { node, id, table, chain }, packet);
    pass.packets.push(packet);
    const [iif, oif] = ['iif', 'oif'].map((way) => new RegExp(` ${way} "([^"]+)"`).exec(rest)?.[1]);
    if (iif !== undefined) pass.iif ??= iif;
    if (oif !== undefined) pass.oif = oif;
    const hook = /^(\w+)_(?:first|last)$/.exec(chain)?.[1];
    if (ours && hook !== undefined) pass.hooks.push(hook);
  }
  return passes;
}

/** Ended the packet's way here? */
export function isDrop({ verdict }: Step): boolean {
  return verdict === 'drop';
}
