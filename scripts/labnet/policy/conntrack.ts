import type { Protocol } from './model.ts';

export interface Tuple {
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
}

/** An entry of the connection tracker: how the first packet looked, and how the answers to it look. */
export interface Flow {
  protocol: Protocol;
  original: Tuple;
  reply: Tuple;
}

const tuplePattern = /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/g;

function flowOf(line: string): Flow | undefined {
  const protocol = /\b(tcp|udp|sctp)\b/.exec(line)?.[1]?.toUpperCase() as Protocol | undefined;
  const [original, reply] = [...line.matchAll(tuplePattern)].map(
    ([, source = '', destination = '', sport, dport]): Tuple => ({
      source,
      destination,
      sourcePort: Number(sport),
      destinationPort: Number(dport),
    }),
  );
  if (!protocol || !original || !reply || original.source.includes(':')) return undefined;
  return { protocol, original, reply };
}

/** The flows in the text of `conntrack -L`, with -o extended or without, or of /proc/net/nf_conntrack. IPv4 only. */
export function parseConntrack(text: string): Flow[] {
  return text
    .split('\n')
    .map(flowOf)
    .filter((flow) => flow !== undefined);
}

/** Deletes one flow; ends with 1 if it has gone by itself meanwhile. */
export function deleteFlow({ protocol, original }: Flow): string[] {
  const { source, destination, sourcePort, destinationPort } = original;
  return [
    ...['conntrack', '-D', '-p', protocol.toLowerCase()],
    ...['--orig-src', source, '--orig-dst', destination],
    ...['--sport', String(sourcePort), '--dport', String(destinationPort)],
  ];
}
