import { isIP } from 'node:net';
import { readIfExists } from '../base/files.ts';

/** systemd-resolved keeps the real servers here; /etc/resolv.conf names only its stub on loopback. */
const files = ['/run/systemd/resolve/resolv.conf', '/etc/resolv.conf'];

/** The first IPv4 nameserver of a resolv.conf that is not on loopback. */
export function firstNameserver(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1])
    .find((address) => address !== undefined && isIP(address) === 4 && !address.startsWith('127.'));
}

/** The host's DNS server as nodes can reach it; undefined where the host has none. */
export async function upstreamResolver(): Promise<string | undefined> {
  for (const file of files) {
    const found = firstNameserver((await readIfExists(file)) ?? '');
    if (found !== undefined) return found;
  }
  return undefined;
}
