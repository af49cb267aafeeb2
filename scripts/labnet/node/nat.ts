import { natTable, type LabnetConfig } from '../config.ts';
import type { PortMapping } from '../cni/request.ts';
import type { Plan } from '../plan/step.ts';

const family = 'ip';
/** Behind kube-proxy's -100, so that a Service that has the same port comes first, as everywhere. */
const hostPortPriority = -95;

function tableText(podSubnet: string): string {
  const table = `${family} ${natTable}`;
  return `add table ${table}
add map ${table} host_ports { type inet_proto . inet_service : ipv4_addr . inet_service; }
add map ${table} host_address_ports { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
add set ${table} host_port_pods { type ipv4_addr . ipv4_addr; }
add chain ${table} host_port
add chain ${table} prerouting { type nat hook prerouting priority ${hostPortPriority}; }
add chain ${table} output { type nat hook output priority ${hostPortPriority}; }
add chain ${table} postrouting { type nat hook postrouting priority 100; }
flush chain ${table} host_port
flush chain ${table} prerouting
flush chain ${table} output
flush chain ${table} postrouting
add rule ${table} host_port dnat ip to ip daddr . meta l4proto . th dport map @host_address_ports comment "hostPort with hostIP"
add rule ${table} host_port dnat ip to meta l4proto . th dport map @host_ports comment "hostPort"
add rule ${table} prerouting meta l4proto { tcp, udp, sctp } fib daddr type local jump host_port
add rule ${table} output meta l4proto { tcp, udp, sctp } fib daddr type local jump host_port
add rule ${table} postrouting ct status dnat ip saddr 127.0.0.0/8 masquerade comment "hostPort called on localhost"
add rule ${table} postrouting ct status dnat ip saddr . ip daddr @host_port_pods masquerade comment "a pod that calls its own hostPort"
add rule ${table} postrouting ip saddr ${podSubnet} ip daddr != { ${podSubnet}, 224.0.0.0/4 } counter masquerade fully-random comment "pods to the world outside"
`;
}

/** Address translation for what leaves the pod network, and the tables that host ports are written into. */
export function natPlan({ podSubnet }: Pick<LabnetConfig, 'podSubnet'>): Plan {
  return [
    {
      id: 'nat',
      why: `Nobody outside knows the way to ${podSubnet}, so what pods send there leaves with the node's address. Pods among themselves are never translated.`,
      command: { tool: 'nft', text: tableText(podSubnet) },
      undo: { tool: 'nft', text: `delete table ${family} ${natTable}\n` },
    },
  ];
}

interface Element {
  into: string;
  key: string;
  value?: string;
}

function elements(ports: readonly PortMapping[], address: string): Element[] {
  const mapped = ports.map((port) => {
    const key = `${port.protocol} . ${port.hostPort}`;
    const value = `${address} . ${port.containerPort}`;
    return port.hostIP === undefined
      ? { into: 'host_ports', key, value }
      : { into: 'host_address_ports', key: `${port.hostIP} . ${key}`, value };
  });
  return [...mapped, { into: 'host_port_pods', key: `${address} . ${address}` }];
}

/** Leads ports of the node to the pod. Two pods with the same one: the kernel refuses the second. */
export function hostPortPlan(ports: readonly PortMapping[], address: string): Plan {
  if (ports.length === 0) return [];
  const all = elements(ports, address);
  const text = (verb: 'create' | 'delete'): string =>
    all
      .map(({ into, key, value }) => {
        const pair = verb === 'create' && value !== undefined ? `${key} : ${value}` : key;
        return `${verb} element ${family} ${natTable} ${into} { ${pair} }\n`;
      })
      .join('');
  const numbers = ports.map(({ hostPort }) => hostPort).join(', ');
  return [
    {
      id: 'host-ports',
      why: `Leads port ${numbers} of the node to the pod: the destination of a packet is rewritten before it is routed.`,
      command: { tool: 'nft', text: text('create') },
      undo: { tool: 'nft', text: text('delete') },
    },
  ];
}
