import { answerTo, routeOnNode, tunnelEntry } from './ask.ts';
import type { Sighting } from './capture.ts';
import { cable, linkKind, lookOf, type Evidence, type Leg } from './evidence.ts';
import { teller, type Hop } from './hop.ts';
import { packetText } from './packet.ts';

/** A link, as the packet came by it. */
export function linkHop(evidence: Evidence, leg: Leg, one: Sighting): Hop {
  const { node, link, way, packet, wrapping } = one;
  const tell = teller(leg, node, packetText(packet));
  const look = lookOf(evidence, node);
  const { start, end } = leg;
  if (way === 'in' && start?.node.name === node && link === cable(evidence, start)?.ifname) {
    return tell(
      'cable',
      `comes out of ${link}, the node's end of the cable to ${start.label}`,
      [],
      link,
    );
  }
  if (way === 'out' && end?.node.name === node && link === cable(evidence, end)?.ifname) {
    return tell('cable', `goes into ${link}, the cable to ${end.label}`, [], link);
  }
  if (wrapping) {
    const outer = `${wrapping.src} -> ${wrapping.dst}, UDP ${wrapping.dport}`;
    const what = way === 'out' ? 'leaves by' : 'arrives at';
    return tell('nic', `${what} the NIC ${link}, wrapped: ${outer}`, [], link);
  }
  switch (linkKind(look, link)) {
    case 'tunnel': {
      if (way === 'in') {
        const what = leg.trip.sightings.some(
          (other) => other.node === node && other.link === link && other.way === 'out',
        )
          ? `comes straight back out of the tunnel ${link}: it was sent to the node itself`
          : `comes out of the tunnel ${link}, unwrapped`;
        return tell('tunnel', what, [], link);
      }
      const route = answerTo(evidence, routeOnNode(leg, node))?.route;
      const entry = tunnelEntry(look, link, route?.gateway ?? packet.dst);
      const told = entry?.dst === undefined ? [] : [`${entry.mac} dst ${entry.dst} (bridge fdb)`];
      return tell('tunnel', `goes into the tunnel ${link}, which wraps it`, told, link);
    }
    case 'bridge': {
      const what = way === 'in' ? 'goes up from the bridge' : 'goes down to the bridge';
      return tell('bridge', `${what} ${link}`, [], link);
    }
    case 'cable':
      return tell('cable', `${way === 'in' ? 'comes out of' : 'goes into'} ${link}`, [], link);
    case 'nic':
      return tell('nic', `${way === 'out' ? 'leaves by' : 'arrives at'} the NIC ${link}`, [], link);
  }
}
