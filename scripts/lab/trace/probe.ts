import { LabError } from '../../base/errors.ts';
import { guestText } from '../../nodes/guest/script.ts';
import type { Flow } from './packet.ts';
import { inside, type End } from './place.ts';

/** What became of the probe, as its program in the pod's network saw it. */
export interface Probed {
  state: 'answer' | 'silence' | 'error';
  /** What the kernel said, as in "No route to host". */
  error?: string;
}

/** A question for the root's name servers, which a DNS server answers; a plain text for all others. */
function datagram(port: number | undefined): string {
  if (port === 53) return '1ab10100000100000000000000' + '00020001';
  return Buffer.from('lab trace\n').toString('hex');
}

/** The lines that ping and the probe's own program end in. */
export function readProbe({ protocol }: Flow, exitCode: number, text: string): Probed {
  if (protocol === 'icmp') {
    if (exitCode === 0) return { state: 'answer' };
    const error = /connect: (.*)|(Network is unreachable)|sendmsg: (.*)/.exec(text);
    if (error) return { state: 'error', error: error[1] ?? error[2] ?? error[3] ?? '' };
    if (/bytes of data|packets transmitted/.test(text)) return { state: 'silence' };
  }
  const [, state, error] = /^(answer|silence|error)(?: \d+ (.*))?$/m.exec(text) ?? [];
  if (state === 'error') return { state, error: error ?? '' };
  if (state === 'answer' || state === 'silence') return { state };
  throw new LabError('trace-failed', 'the packet could not be sent', {
    details: text.trim(),
    hint: 'try again',
  });
}

/** Sends the packet from within the pod's network, with the node's programs. */
export async function sendProbe(
  from: End,
  flow: Flow,
  seconds: number,
  signal?: AbortSignal,
): Promise<Probed> {
  const { protocol, target, port, clientPort } = flow;
  const ping = [
    ...['ping', '-n', '-c', '1', '-W', String(seconds)],
    ...['-e', String(clientPort), target],
  ];
  const words = [protocol, target, port ?? 0, clientPort, seconds, datagram(port)].map(String);
  const argv = protocol === 'icmp' ? ping : ['perl', '-', ...words];
  const result = await from.node.exec(inside(from, argv), {
    ...(protocol === 'icmp' ? {} : { stdin: await guestText('trace-probe.pl') }),
    allowFailure: true,
    timeout: seconds * 1000 + 10_000,
    ...(signal ? { signal } : {}),
  });
  return readProbe(flow, result.exitCode, `${result.stdout}\n${result.stderr}`);
}
