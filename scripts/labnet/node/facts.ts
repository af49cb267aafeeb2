import { nthAddress, prefixOf } from '../../base/cidr.ts';
import { vpcDefaults, vxlanOverhead, type LabnetConfig, type VpcOptions } from '../config.ts';
import { macOf } from '../pod/names.ts';
import type { Uplink } from './uplink.ts';

/** What all commands on this node are built from. Kept in the state, so that pods can start while the API is away. */
export interface NodeFacts {
  mode: LabnetConfig['mode'];
  podSubnet: string;
  /** Node.spec.podCIDR: the pods of this node. */
  range: string;
  uplink: Uplink;
  /** Of everything that pods see. */
  mtu: number;
  /** The bridge's address, the gateway of the pods. */
  gateway: string;
  /** Asked only in the mode vpc. */
  vpc: VpcOptions;
}

/** Another node, as it says of itself. */
export interface Peer {
  name: string;
  range: string;
  /** Of the NIC that leads here. */
  address: string;
}

export function nodeFacts(config: LabnetConfig, range: string, uplink: Uplink): NodeFacts {
  const mtu = config.mode === 'overlay' ? uplink.mtu - vxlanOverhead : uplink.mtu;
  return {
    mode: config.mode,
    podSubnet: config.podSubnet,
    range,
    uplink,
    mtu,
    gateway: nthAddress(range, 1),
    vpc: config.vpc ?? vpcDefaults,
  };
}

/**
 * Address and MAC of a node's end of the tunnel. Both follow from its pod range, so that no node has to ask another
 * one for them (flannel writes the MAC into an annotation).
 */
export function tunnelEnd(range: string): { address: string; mac: string } {
  const address = nthAddress(range, 0);
  return { address, mac: macOf(address) };
}

export function gatewayAddress({ gateway, range }: NodeFacts): string {
  return `${gateway}/${prefixOf(range)}`;
}
