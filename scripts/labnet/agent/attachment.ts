import type { CniRequest } from '../cni/request.ts';
import { successResult } from '../cni/result.ts';
import type { NodeFacts } from '../node/facts.ts';
import { hostPortPlan } from '../node/nat.ts';
import type { Plan } from '../plan/step.ts';
import { linkNameFor, reachOf, wiringFor, wiringPlan } from '../pod/drivers.ts';
import { hostMacOf, macOf, netnsName } from '../pod/names.ts';
import type { Given } from './addresses.ts';
import type { AttachmentState } from './state.ts';

/** All values of a pod's link, from the request and an address. Pure: the same for ADD and a dry run. */
export function attachmentFor(
  request: Omit<CniRequest, 'command'>,
  facts: NodeFacts,
  { address, device }: Given,
): AttachmentState {
  const { containerId, ifName, netns, pod, config } = request;
  const link = {
    label: pod ? `${pod.namespace}/${pod.name}` : containerId.slice(0, 12),
    netns: netnsName(netns),
    ifName,
    hostLink: linkNameFor(facts, request),
    hostMac: hostMacOf(address),
    mtu: facts.mtu,
    mac: macOf(address),
    address,
  };
  return {
    containerId,
    ifName,
    netns,
    ...(pod ? { pod } : {}),
    ports: config.portMappings,
    done: false,
    wiring: wiringFor(link, facts, device),
  };
}

/** The steps that make, undo and verify an attachment, but for the policies, which change while it lives. */
export function attachmentPlan({ wiring, ports }: AttachmentState): Plan {
  return [...wiringPlan(wiring), ...hostPortPlan(ports, wiring.address)];
}

export function attachmentResult(
  version: Parameters<typeof successResult>[0],
  { wiring, netns }: AttachmentState,
): Record<string, unknown> {
  const { hostLink, hostMac, ifName, mac, mtu, address } = wiring;
  const { prefix, gateway } = reachOf(wiring);
  return successResult(version, {
    hostLink,
    hostMac,
    ifName,
    podMac: mac,
    netns,
    mtu,
    address: `${address}/${prefix}`,
    gateway,
    routes: [{ dst: '0.0.0.0/0', gw: gateway }],
  });
}
