import { usageError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import {
  addressOf,
  endOf,
  objectsOf,
  podNamed,
  podWith,
  serviceNamed,
  type ApiPort,
  type Objects,
} from './endpoints.ts';
import { readName, type Named } from '../name.ts';
import { protocols, type Flow, type Protocol } from './packet.ts';
import { traceFlow, type Trace } from './trace.ts';

export interface TraceOptions {
  from: string;
  to: string;
  namespace?: string;
  /** As typed. */
  port?: string;
  protocol?: string;
  signal?: AbortSignal;
}

function protocolOf(text: string | undefined): Protocol | undefined {
  if (text === undefined) return undefined;
  const found = protocols.find((one) => one === text.toLowerCase());
  if (found) return found;
  throw usageError('bad-protocol', `"${text}" is no protocol that can be traced`, {
    why: suggest(text, protocols),
  });
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65536) return port;
  throw usageError('bad-port', `"${text}" is no port`, { why: 'a port is a number up to 65535' });
}

/**
 * Port and protocol of the connection: what was asked for, and for the rest the first port that is known of the target.
 * With neither, there is always ping.
 */
export function wayIn(
  known: readonly ApiPort[],
  { port: portText, protocol: protocolText }: Pick<TraceOptions, 'port' | 'protocol'>,
): Pick<Flow, 'protocol' | 'port'> {
  const port = portOf(portText);
  const protocol = protocolOf(protocolText);
  if (protocol === 'icmp') {
    if (port === undefined) return { protocol };
    throw usageError('bad-port', 'a ping goes to no port', { hint: 'leave out --port' });
  }
  const open = known.map((one) => ({
    port: one.port ?? one.containerPort,
    protocol: protocolOf(one.protocol?.toLowerCase() === 'udp' ? 'udp' : 'tcp'),
  }));
  const first = open.find(
    (one) =>
      (port === undefined || one.port === port) &&
      (protocol === undefined || one.protocol === protocol),
  );
  const number = port ?? first?.port;
  if (number !== undefined) return { protocol: protocol ?? first?.protocol ?? 'tcp', port: number };
  if (protocol === undefined) return { protocol: 'icmp' };
  throw usageError('no-port', `which ${protocol} port?`, {
    why: 'none is known of the target',
    hint: 'give one with --port',
  });
}

/** Where the request goes to, and what is known to be open there. */
function targetOf(named: Named, objects: Objects): { target: string; known: readonly ApiPort[] } {
  if (named.kind === 'address') {
    const pod = podWith(objects, named.address);
    const service = objects.services.find(({ spec }) => spec.clusterIP === named.address);
    const inPod = pod?.spec.containers.flatMap(({ ports = [] }) => ports) ?? [];
    return { target: named.address, known: service?.spec.ports ?? inPod };
  }
  if (named.kind === 'service') {
    const { spec } = serviceNamed(named, objects);
    return { target: spec.clusterIP ?? '', known: spec.ports ?? [] };
  }
  const pod = podNamed(named, objects);
  return {
    target: addressOf(pod),
    known: pod.spec.containers.flatMap(({ ports = [] }) => ports),
  };
}

/** Seconds until an answer counts as missing; a SYN is repeated after one. */
const patience = 2;

/** Traces between what was named on the command line. */
export async function traceBetween(cluster: Cluster, options: TraceOptions): Promise<Trace> {
  const { namespace = 'default', signal } = options;
  const from = readName(options.from, namespace);
  const to = readName(options.to, namespace);
  if (from.kind !== 'pod') {
    throw usageError('bad-end', `a trace begins in a pod, and "${options.from}" is none`);
  }
  const objects = await objectsOf(cluster);
  const { target, known } = targetOf(to, objects);
  const flow = { ...wayIn(known, options), target };
  const start = await endOf(cluster, podNamed(from, objects));
  return traceFlow({
    nodes: cluster.nodes,
    from: start,
    flow,
    podAt: async (address) => {
      const pod = podWith(objects, address);
      return pod && endOf(cluster, pod);
    },
    seconds: patience,
    ...(signal ? { signal } : {}),
  });
}
