import { causes, type Cause } from '../lab/trace/cause.ts';
import type { Hop } from '../lab/trace/hop.ts';
import { packetText, requestOf } from '../lab/trace/packet.ts';
import type { Trace } from '../lab/trace/trace.ts';
import type { Verdict } from '../lab/trace/verdict.ts';
import { paint } from './print.ts';

function hopLines({ node, place, what, evidence }: Hop, number: number, width: number): string[] {
  const head = `${String(number).padStart(4)}  ${node.padEnd(width)}  ${place.padEnd(7)}  `;
  const indent = ' '.repeat(head.length);
  return [`${head}${what}`, ...evidence.map((line) => paint('dim', `${indent}${line}`))];
}

function wayLines(title: string, hops: readonly Hop[], first: number, width: number): string[] {
  if (hops.length === 0) return [];
  return ['', paint('bold', title), ...hops.flatMap((hop, i) => hopLines(hop, first + i, width))];
}

function causeLines({ id, node, where, by, why, next }: Cause): string[] {
  const rows = [
    ['where', `${node}, ${where}`],
    ['what', by],
    ['why', why],
    ['look', next],
  ] as const;
  return [
    `${causes[id][0]?.toUpperCase()}${causes[id].slice(1)}.`,
    ...rows.map(([name, text]) => `  ${name.padEnd(5)}  ${text}`),
  ];
}

function verdictLines({ arrived, answered, dropped }: Verdict): string[] {
  if (answered) return [paint('green', 'It arrived, and the answer came back.')];
  const what = arrived ? 'It arrived, but no answer came back.' : 'It did not arrive.';
  return [paint('red', what), ...(dropped ? causeLines(dropped) : [])];
}

/** The way there and back, hop by hop, and how it ended. */
export function traceText({ flow, from, to, hops, verdict }: Trace): string {
  const width = Math.max(0, ...hops.map(({ node }) => node.length));
  const there = hops.filter(({ direction }) => direction === 'request');
  const back = hops.filter(({ direction }) => direction === 'answer');
  const protocol = flow.protocol === 'icmp' ? 'ping' : flow.protocol;
  return [
    `${from} -> ${to ?? flow.target}   ${protocol} ${packetText(requestOf(flow))}`,
    ...wayLines('There', there, 1, width),
    ...wayLines('Back', back, there.length + 1, width),
    '',
    ...verdictLines(verdict),
  ].join('\n');
}
