import { askRoute, routeKey, type RouteAnswer } from './route.ts';
import { questionsOf } from './ask.ts';
import type { Evidence } from './evidence.ts';
import type { Hop } from './hop.ts';
import { storyOf } from './story.ts';
import { lookAtEnd, lookAtNode } from './look.ts';
import { isWrapping } from './nft-trace.ts';
import type { Flow } from './packet.ts';
import { inside, type End, type TraceNode } from './place.ts';
import { sendProbe } from './probe.ts';
import { tripsOf, type Trips } from './trip.ts';
import { verdictOf, type Verdict } from './verdict.ts';
import { watchDuring } from './watch.ts';

export interface TraceRequest {
  /** All nodes: nobody knows beforehand by which the packet comes. */
  nodes: readonly TraceNode[];
  from: End;
  flow: Omit<Flow, 'client' | 'clientPort'>;
  /** The pod that has this address, if there is one: a service's packets arrive at one that was not named. */
  podAt: (address: string) => Promise<End | undefined>;
  /** How long an answer is waited for. */
  seconds: number;
  signal?: AbortSignal;
}

export interface Trace {
  flow: Flow;
  from: string;
  /** The pod that it was meant for in the end. */
  to?: string;
  hops: Hop[];
  verdict: Verdict;
}

/** Below those that the kernel gives away by itself (32768 and up), so that no other connection has it. */
function freePort(): number {
  return 20_000 + Math.floor(Math.random() * 12_000);
}

/** The address behind the one that was asked, if it was translated. */
function arrivalAddress({ target }: Flow, { request: { passes, sightings } }: Trips): string {
  const packets = [
    ...passes.flatMap((pass) => pass.packets).filter((packet) => !isWrapping(packet)),
    ...sightings.map(({ packet }) => packet),
  ];
  return packets.find(({ dst }) => dst !== target)?.dst ?? target;
}

async function answers(evidence: Evidence, { nodes }: TraceRequest): Promise<Evidence> {
  const asked = questionsOf(evidence);
  const routes = new Map<string, RouteAnswer>();
  await Promise.all(
    asked.map(async ({ place, question }) => {
      const node = nodes.find(({ name }) => name === place);
      const end = [evidence.from, evidence.to].find((one) => one?.label === place);
      const at = node ?? end?.node;
      if (!at) return;
      const answer = await askRoute(at, end ? inside(end, []) : [], question);
      routes.set(routeKey(place, question), answer);
    }),
  );
  return { ...evidence, routes };
}

/**
 * Sends one packet and follows it. The nodes are looked at after it was sent: only then do the neighbour tables tell who
 * did not answer.
 */
async function attempt(request: TraceRequest): Promise<Trace> {
  const { nodes, from, podAt, seconds, signal } = request;
  const flow: Flow = { ...request.flow, client: from.address, clientPort: freePort() };
  const [probed, recording] = await watchDuring(
    nodes,
    flow,
    () => sendProbe(from, flow, seconds, signal),
    signal,
  );
  const trips = tripsOf(flow, recording);
  const to = await podAt(arrivalAddress(flow, trips));
  const same = to?.node.name === from.node.name && to.netns === from.netns;
  const [fromLook, toLook, ...looks] = await Promise.all([
    lookAtEnd(from),
    to && !same ? lookAtEnd(to) : undefined,
    ...nodes.map(lookAtNode),
  ]);
  const seenFrom = { ...from, look: fromLook };
  const seenTo = same ? seenFrom : to && toLook && { ...to, look: toLook };
  const evidence = await answers(
    {
      flow,
      trips,
      probed,
      looks: new Map(nodes.flatMap(({ name }, i) => (looks[i] ? [[name, looks[i]]] : []))),
      from: seenFrom,
      ...(seenTo ? { to: seenTo } : {}),
      routes: new Map(),
    },
    request,
  );
  return {
    flow,
    from: from.label,
    ...(to ? { to: to.label } : {}),
    hops: storyOf(evidence),
    verdict: verdictOf(evidence),
  };
}

/** What nothing explains may have been a moment of a busy machine, so then it is tried once more. */
export async function traceFlow(request: TraceRequest): Promise<Trace> {
  const first = await attempt(request);
  return first.verdict.dropped?.id === 'unexplained' ? attempt(request) : first;
}
