import { prefixOf } from '../../base/cidr.ts';
import type { CniRequest } from '../cni/request.ts';
import { successResult } from '../cni/result.ts';
import { bridge } from '../config.ts';
import type { NodeFacts } from '../node/facts.ts';
import { hostPortPlan } from '../node/nat.ts';
import type { Plan } from '../plan/step.ts';
import { bridgedPlan } from '../pod/bridged.ts';
import { hostLinkName, hostMacOf, macOf, netnsName } from '../pod/names.ts';
import type { AttachmentState } from './state.ts';

/** All values of a pod's link, from the request and an address. Pure: the same for ADD and a dry run. */
export function attachmentFor(
  request: Omit<CniRequest, 'command'>,
  facts: NodeFacts,
  address: string,
): AttachmentState {
  const { containerId, ifName, netns, pod, config } = request;
  return {
    containerId,
    ifName,
    netns,
    ...(pod ? { pod } : {}),
    ports: config.portMappings,
    done: false,
    wiring: {
      label: pod ? `${pod.namespace}/${pod.name}` : containerId.slice(0, 12),
      netns: netnsName(netns),
      ifName,
      hostLink: hostLinkName(containerId, ifName),
      hostMac: hostMacOf(address),
      bridge,
      mtu: facts.mtu,
      mac: macOf(address),
      address,
      prefix: prefixOf(facts.range),
      gateway: facts.gateway,
    },
  };
}

/** The steps that make, undo and verify an attachment, but for the policies, which change while it lives. */
export function attachmentPlan({ wiring, ports }: AttachmentState): Plan {
  return [...bridgedPlan(wiring), ...hostPortPlan(ports, wiring.address)];
}

export function attachmentResult(
  version: Parameters<typeof successResult>[0],
  { wiring, netns }: AttachmentState,
): Record<string, unknown> {
  const { hostLink, hostMac, ifName, mac, mtu, address, prefix, gateway } = wiring;
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
