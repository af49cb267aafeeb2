import { answerTo, routeInPod } from './ask.ts';
import { legOf, type Evidence, type Leg } from './evidence.ts';
import { teller, type Hop } from './hop.ts';
import { linkHop } from './link-hops.ts';
import { isWrapping, type Pass } from './nft-trace.ts';
import { packetText } from './packet.ts';
import { arrivalHops, passHops } from './pass-hops.ts';
import { routeText } from './route.ts';

/** Behind which sightings of the leg a pass begins and ends: what came in on its node, before anything went out. */
function placeOf({ trip: { sightings } }: Leg, { node, packets: [first] }: Pass): [number, number] {
  const wrapped = first !== undefined && isWrapping(first);
  const own = sightings
    .map((one, at) => ({ ...one, at }))
    .filter((one) => one.node === node && (one.wrapping !== undefined) === wrapped);
  const out = own.find(({ way }) => way === 'out');
  const end = out
    ? out.at - 1
    : (own.at(-1)?.at ?? sightings.findLastIndex((one) => one.node === node));
  return [Math.min(own.find(({ way }) => way === 'in')?.at ?? end, end), end];
}

function podHop(evidence: Evidence, leg: Leg): Hop[] {
  const asked = routeInPod(evidence, leg);
  const { start, trip } = leg;
  const [first] = trip.sightings;
  if (!start || !asked || !first) return [];
  const tell = teller(leg, start.node.name, packetText(first.packet));
  const route = answerTo(evidence, asked)?.route;
  const told = route ? [routeText(route)] : [];
  return [
    tell('pod', `${start.label} ${leg.direction === 'request' ? 'sends it' : 'answers'}`, told),
  ];
}

function hopsOf(evidence: Evidence, leg: Leg): Hop[] {
  const placed = leg.trip.passes.map((pass) => ({ pass, place: placeOf(leg, pass) }));
  const after = (at: number): Hop[] =>
    placed.flatMap(({ pass, place: [begin, end] }) => [
      ...(begin === at ? arrivalHops(evidence, leg, pass) : []),
      ...(end === at ? passHops(evidence, leg, pass) : []),
    ]);
  return [
    ...podHop(evidence, leg),
    ...after(-1),
    ...leg.trip.sightings.flatMap((one, at) => [linkHop(evidence, leg, one), ...after(at)]),
  ];
}

/** The whole way, there and back, as far as it was seen. */
export function storyOf(evidence: Evidence): Hop[] {
  return [
    ...hopsOf(evidence, legOf(evidence, 'request')),
    ...hopsOf(evidence, legOf(evidence, 'answer')),
  ];
}
