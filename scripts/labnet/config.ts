/** How packets get from node to node. */
export const modes = ['overlay', 'host-gw'] as const;
export type Mode = (typeof modes)[number];

/** What the agent is told, the same on every node; the manifest's ConfigMap has it as JSON. */
export interface LabnetConfig {
  mode: Mode;
  /** The NIC whose address the nodes tell each other: "default-route", a link's name, or a network such as 10.0.0.0/8. */
  iface: string;
  /** All pods of the cluster. */
  podSubnet: string;
}

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

export const folders = {
  /** State, socket and tombstones; gone after a reboot, as is all that they tell of. */
  run: '/run/labnet',
  plugins: '/opt/cni/bin',
  configs: '/etc/cni/net.d',
} as const;
export const conflistName = '10-labnet.conflist';
