import { messageOf } from '../../base/errors.ts';
import { turnstile } from '../../base/turnstile.ts';
import { addressAnnotation, routeProtocol } from '../config.ts';
import type { Peer } from '../node/facts.ts';
import type { Exec } from '../plan/exec.ts';
import { run, undo } from '../plan/run.ts';
import type { Plan } from '../plan/step.ts';

/** A Node of the API, as far as it matters here. */
export interface ApiNode {
  metadata: { name: string; annotations?: Record<string, string> };
  spec: { podCIDR?: string };
}

/** Undefined until the node has a pod range, and its agent has told its address. */
export function peerOf({ metadata, spec }: ApiNode): Peer | undefined {
  const address = metadata.annotations?.[addressAnnotation];
  if (spec.podCIDR === undefined || address === undefined) return undefined;
  return { name: metadata.name, range: spec.podCIDR, address };
}

function same(one: Peer, other: Peer | undefined): boolean {
  return one.range === other?.range && one.address === other.address;
}

/** Routes that an earlier agent made, in any table, to ranges that no node has any more. */
async function removeOldRoutes(exec: Exec, peers: readonly Peer[]): Promise<void> {
  const show = ['ip', '-json', '-4', 'route', 'show', 'table', 'all', 'proto', routeProtocol];
  const { stdout } = await exec(show);
  const routes = JSON.parse(stdout.trim() === '' ? '[]' : stdout) as {
    dst: string;
    table?: string;
  }[];
  const old = routes.filter((one) => !peers.some(({ range }) => range === one.dst));
  for (const { dst, table = 'main' } of old) {
    await exec(['ip', 'route', 'delete', dst, 'proto', routeProtocol, 'table', table]);
  }
}

export interface PeerSync {
  /** Brings the kernel in line with these; calls follow one another. */
  update(peers: readonly Peer[]): Promise<void>;
  /** Makes all ways again, after their plans have changed. */
  again(): Promise<void>;
}

/**
 * Keeps the ways to the other nodes as the API tells them. What somebody changes in the kernel by hand stays changed
 * until the next change in the API or the agent's next start: in a lab, that is the point.
 */
export function peerSync(
  planOf: (peer: Peer) => Plan,
  exec: Exec,
  log: (text: string) => void,
): PeerSync {
  const known = new Map<string, Peer>();
  let first = true;
  const inTurn = turnstile(1);

  async function apply(peers: readonly Peer[]): Promise<void> {
    const wanted = new Map(peers.map((peer) => [peer.name, peer]));
    for (const [name, peer] of known) {
      const now = wanted.get(name);
      if (now && same(peer, now)) continue;
      await undo(planOf(peer), exec);
      known.delete(name);
    }
    for (const [name, peer] of wanted) {
      if (known.has(name)) continue;
      try {
        await run(planOf(peer), exec);
        known.set(name, peer);
      } catch (error) {
        log(`the way to ${name}: ${messageOf(error)}`);
      }
    }
    if (first) await removeOldRoutes(exec, peers);
    first = false;
  }

  async function repeat(): Promise<void> {
    for (const peer of known.values()) await run(planOf(peer), exec);
  }

  return {
    update: (peers) => inTurn(() => apply(peers)),
    again: () => inTurn(repeat),
  };
}
