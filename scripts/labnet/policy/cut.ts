import { deleteFlow, type Flow } from './conntrack.ts';
import { permits, type Isolation } from './isolation.ts';
import { addressNumber } from './ranges.ts';

function key(direction: Isolation['direction'], address: string): string {
  return `${direction} ${address}`;
}

/**
 * The commands that end what policies no longer allow. Rules let established connections pass without a look, so a
 * connection older than a policy would live on: its entry in the connection tracker must go, and then its next packet
 * is looked at as a first one (and refused if it comes from the middle of a connection, see nft.ts). Which policies
 * there were before does not matter: a flow that the present ones deny has no business here.
 *
 * `own` are the addresses of this node: what it says to its pods, and they to it, is not filtered.
 */
export function cut(
  isolations: readonly Isolation[],
  flows: readonly Flow[],
  own: ReadonlySet<string>,
): string[][] {
  const known = new Map(isolations.map((one) => [key(one.direction, one.address), one]));
  const denied = flows.filter(({ protocol, original, reply }) => {
    // Behind a Service the destination is who answers, not who was asked.
    const [from, to, port] = [original.source, reply.source, reply.sourcePort];
    if (own.has(from) || own.has(to)) return false;
    const egress = known.get(key('egress', from));
    const ingress = known.get(key('ingress', to));
    return (
      (egress && !permits(egress, addressNumber(to), protocol, port)) ||
      (ingress && !permits(ingress, addressNumber(from), protocol, port))
    );
  });
  return denied.map(deleteFlow);
}
