/** How packets get from node to node. */
export const modes = ['overlay', 'host-gw', 'vpc'] as const;
export type Mode = (typeof modes)[number];

/** What the agent is told, the same on every node; the manifest's ConfigMap has it as JSON. */
export interface LabnetConfig {
  mode: Mode;
  /** The NIC whose address the nodes tell each other: "default-route", a link's name, or a network such as 10.0.0.0/8. */
  iface: string;
  /** All pods of the cluster. */
  podSubnet: string;
  /** Of the mode vpc; `vpcDefaults` where it is absent. */
  vpc?: VpcOptions;
}

/** The mode vpc: how many interfaces a node may have, and how many addresses it keeps ready. */
export interface VpcOptions {
  /** AWS's WARM_ENI_TARGET: so many whole ENIs of addresses are kept free. Not asked when one of the next two is given. */
  warmEni: number;
  /** AWS's WARM_IP_TARGET: so many addresses are kept free. */
  warmIp?: number;
  /** AWS's MINIMUM_IP_TARGET: so many addresses are held at least, free or not. */
  minimumIp?: number;
  /** ENIs per node, the node's own NIC among them. */
  enis: number;
  /** Addresses per ENI, its own (primary) one among them. */
  addressesPerEni: number;
  /** Addresses that all ENIs of the cluster may hold together; without it, as many as there are. */
  subnetSize?: number;
}

export const vpcDefaults: VpcOptions = { warmEni: 1, enis: 3, addressesPerEni: 6 };

/** Names and numbers that appear in the kernel. All begin with "labnet", so that nobody wonders whose they are. */
export const bridge = 'labnet0';
export const tunnel = 'labnet.1';
export const natTable = 'labnet_nat';
/** VXLAN network identifier and UDP port, as flannel uses them. */
export const vni = 1;
export const vxlanPort = 8472;
/** Bytes that VXLAN adds to every packet: outer IPv4 (20), UDP (8), VXLAN (8), inner Ethernet (14). */
export const vxlanOverhead = 50;
/** Marks our routes in `ip route`, so that only those are ever taken away. rt_protos leaves 192-255 to programs. */
export const routeProtocol = '198';

/** What this node tells the others: the address of the chosen NIC. */
export const addressAnnotation = 'labnet/address';
/** In the mode vpc: how many addresses of the subnet this node's ENIs hold. */
export const heldAnnotation = 'labnet/vpc-addresses';

export const folders = {
  /** State, socket and tombstones; gone after a reboot, as is all that they tell of. */
  run: '/run/labnet',
  plugins: '/opt/cni/bin',
  configs: '/etc/cni/net.d',
} as const;
export const conflistName = '10-labnet.conflist';
