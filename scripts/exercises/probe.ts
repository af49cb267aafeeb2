import type { Argv } from '../base/argv.ts';
import { LabError } from '../base/errors.ts';
import type { ExecResult } from '../nodes/node.ts';
import { notThere, timedOut } from './jobs.ts';

export interface ProbeKind {
  protocol: 'icmp' | 'tcp' | 'udp';
  port?: number | undefined;
  /** udp: what to send. */
  send?: string | undefined;
  /** Seconds. */
  timeout: number;
}

/** What a probe saw. `refused` means that something answered: the way there is open. */
export interface Seen {
  state: 'open' | 'refused' | 'no answer' | 'unreachable' | 'name unknown' | 'no such place';
  /** Of the reply; icmp only. */
  ttl?: number;
}

const tcp = 'exec 3<>"/dev/tcp/$0/$1"';
const udp =
  'exec 3<>"/dev/udp/$0/$1" && printf "%s\\n" "$2" >&3 && [ "$(head -c 1 <&3 | wc -c)" -eq 1 ]';

/** The command of a probe. bash opens tcp and udp itself, so that no further tool is needed. */
export function probeArgv(kind: ProbeKind, address: string): Argv {
  const { protocol, port, timeout } = kind;
  // With -w, ping goes on asking until it has one reply: a lost first packet (ARP) is no failure.
  if (protocol === 'icmp') {
    return ['ping', '-n', '-c', '1', '-i', '0.3', '-w', String(timeout), address];
  }
  const words = ['bash', '-c', protocol === 'tcp' ? tcp : udp, address, String(port)];
  return protocol === 'udp' ? [...words, kind.send ?? ''] : words;
}

/** Seconds after which a probe is killed; ping ends by itself before. */
export function probeDeadline(kind: ProbeKind): number {
  return kind.protocol === 'icmp' ? kind.timeout + 2 : kind.timeout;
}

export function readProbe(kind: ProbeKind, result: ExecResult): Seen {
  const said = `${result.stdout}\n${result.stderr}`;
  if (result.exitCode === 0) {
    const ttl = /\bttl=(\d+)/.exec(said)?.[1];
    return ttl === undefined ? { state: 'open' } : { state: 'open', ttl: Number(ttl) };
  }
  if (result.exitCode === notThere) return { state: 'no such place' };
  if (/refused/i.test(said)) return { state: 'refused' };
  if (/unreachable|no route to host/i.test(said)) return { state: 'unreachable' };
  if (/not known|resolution|resolve/i.test(said)) return { state: 'name unknown' };
  if (result.exitCode === timedOut || result.exitCode === 1) return { state: 'no answer' };
  throw new LabError('probe-failed', `a ${kind.protocol} probe could not be made`, {
    details: said.trim(),
  });
}
