import { usageError } from '../../base/errors.ts';
import type { Packet } from '../../labnet/policy/judge.ts';
import { nameOf, type Pod, type World } from '../../labnet/policy/model.ts';
import { matcher } from '../../labnet/policy/selector.ts';
import type { Service } from './world.ts';

type Port = NonNullable<Service['spec']['ports']>[number];
/** What of a packet stands on the command line beside its ends. */
export type Asked = Pick<Packet, 'protocol' | 'port'>;

/** The port of the pod to which kube-proxy sends; none if the port has a name that the pod does not know. */
function targetOf(pod: Pod, { port, targetPort = port, protocol }: Port): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  return pod.ports.find((one) => one.name === targetPort && one.protocol === protocol)?.number;
}

function portOf({ metadata, spec }: Service, { protocol, port }: Asked): Port {
  const ports = (spec.ports ?? []).map((one) => ({ protocol: 'TCP' as const, ...one }));
  // A headless Service translates nothing: DNS gives the addresses of the pods, and the client chooses the port.
  if (spec.clusterIP === 'None') return { port, protocol };
  const found = ports.find((one) => one.port === port && one.protocol === protocol);
  if (found) return found;
  throw usageError('no-service-port', `svc/${nameOf(metadata)} has no port ${protocol} ${port}`, {
    why: `it has ${ports.map((one) => `${one.protocol} ${one.port}`).join(', ') || 'none'}`,
    hint: 'ask with --port and --protocol for one of those',
  });
}

/**
 * What a packet to the Service becomes: one for each pod behind it. Pods that are not Ready are among them: whether policies
 * let them be reached is a question all the same.
 * @throws LabError `no-service-port`, or `no-pod-behind` for a Service that leads to no pod.
 */
export function packetsBehind(
  service: Service,
  world: World,
  asked: Asked,
): Omit<Packet, 'from'>[] {
  const { metadata, spec } = service;
  const port = portOf(service, asked);
  const none = (why: string): Error =>
    usageError('no-pod-behind', `svc/${nameOf(metadata)} leads to no pod`, {
      why,
      hint: 'lab trace FROM svc/NAME   shows where a packet to it ends',
    });
  const { selector } = spec;
  if (!selector) throw none('it has no selector: somebody writes its endpoints by hand');
  const selects = matcher({ matchLabels: selector });
  const pods = world.pods.filter(
    (pod) =>
      pod.namespace === metadata.namespace &&
      selects(pod.labels) &&
      !pod.ended &&
      pod.addresses.length > 0,
  );
  const words = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  if (pods.length === 0) throw none(`no pod of its namespace has the labels ${words.join(', ')}`);
  const packets = pods.flatMap((pod) => {
    const target = targetOf(pod, port);
    return target === undefined
      ? []
      : [{ to: nameOf(pod), protocol: asked.protocol, port: target }];
  });
  if (packets.length === 0) throw none(`none of its pods has a port called "${port.targetPort}"`);
  return packets;
}
