import type { Capture } from '../nodes/provider.ts';

function capture(file: string, ...argv: string[]): Capture {
  return { file, argv };
}

/** For what needs a pipe or a loop; always a fixed text. */
function script(file: string, text: string): Capture {
  return { file, argv: ['sh', '-c', text] };
}

function journal(unit: string): Capture {
  return capture(
    `journal-${unit}.txt`,
    ...['journalctl', '--no-pager', '--output', 'short-precise'],
    ...['--unit', unit, '--lines', '20000'],
  );
}

/** What is read on every node, as root. Private keys and tokens are never among it. */
export const nodeCaptures: readonly Capture[] = [
  ...['containerd', 'kubelet', 'lab-node', 'ssh'].map(journal),
  capture('units.txt', 'systemctl', 'list-units', '--all', '--no-pager'),
  script('dmesg.txt', 'dmesg --ctime | tail -n 300'),
  capture('links.txt', 'ip', '-d', '-s', 'link'),
  capture('addresses.txt', 'ip', '-d', 'address'),
  capture('routes.txt', 'ip', '-d', 'route', 'show', 'table', 'all'),
  capture('rules.txt', 'ip', 'rule'),
  capture('neighbours.txt', 'ip', '-s', 'neigh'),
  capture('bridge-fdb.txt', 'bridge', 'fdb'),
  capture('bridge-links.txt', 'bridge', '-d', 'link'),
  capture('network-namespaces.txt', 'lsns', '--type', 'net'),
  capture('sockets.txt', 'ss', '-tulpn'),
  capture('iptables.txt', 'iptables-save', '-c'),
  capture('nftables.txt', 'nft', 'list', 'ruleset'),
  capture('conntrack-count.txt', 'conntrack', '-C'),
  script('sysctl-net.txt', 'sysctl -a 2>/dev/null | grep -E "^net\\.(ipv4|bridge)\\."'),
  script('resolver.txt', 'head -n 100 /etc/resolv.conf /etc/hosts'),
  script('cni-config.txt', 'ls -l /etc/cni/net.d && head -n 200 /etc/cni/net.d/*'),
  capture('cni-plugins.txt', 'ls', '-l', '/opt/cni/bin'),
  script('cni-state.txt', 'ls -lR /var/lib/cni /run/flannel; head -n 50 /run/flannel/*'),
  capture('kubernetes-files.txt', 'ls', '-lR', '/etc/kubernetes'),
  script('static-pods.txt', 'head -n 500 /etc/kubernetes/manifests/*.yaml'),
  script(
    'kubelet-config.txt',
    'head -n 300 /var/lib/kubelet/config.yaml /var/lib/kubelet/*.env /etc/default/kubelet /etc/kubernetes/kubelet.conf.d/*',
  ),
  capture('containers.txt', 'ctr', '--namespace', 'k8s.io', 'containers', 'ls'),
  capture('tasks.txt', 'ctr', '--namespace', 'k8s.io', 'tasks', 'ls'),
  capture('images.txt', 'ctr', '--namespace', 'k8s.io', 'images', 'ls'),
  script('pod-logs.txt', 'find /var/log/pods -name "*.log" -exec tail -v -n 1000 {} +'),
  capture('processes.txt', 'ps', 'auxww'),
  capture('disk.txt', 'df', '-hT'),
  capture('inodes.txt', 'df', '-i'),
  capture('memory.txt', 'free', '-m'),
];

const everywhere = '--all-namespaces';

/** Words behind `kubectl`. Secrets are left out. */
export const clusterCaptures: readonly Capture[] = [
  capture('version.txt', 'version'),
  capture('ready.txt', 'get', '--raw', '/readyz?verbose'),
  capture('nodes.txt', 'get', 'nodes', '-o', 'wide'),
  capture('nodes.yaml', 'get', 'nodes', '-o', 'yaml'),
  capture('nodes-described.txt', 'describe', 'nodes'),
  capture('pods.txt', 'get', 'pods', everywhere, '-o', 'wide'),
  capture('pods.yaml', 'get', 'pods', everywhere, '-o', 'yaml'),
  capture('pods-described.txt', 'describe', 'pods', everywhere),
  capture('events.txt', 'get', 'events', everywhere, '--sort-by=.metadata.creationTimestamp'),
  ...[
    'namespaces',
    'daemonsets',
    'deployments',
    'replicasets',
    'services',
    'endpointslices',
    'networkpolicies',
    'configmaps',
    'leases',
  ].flatMap((kind) => [
    capture(`${kind}.txt`, 'get', kind, everywhere, '-o', 'wide'),
    capture(`${kind}.yaml`, 'get', kind, everywhere, '-o', 'yaml'),
  ]),
];

/** What is read on this machine, beside what the provider knows. */
export const hostCaptures: readonly Capture[] = [
  capture('kernel.txt', 'uname', '-a'),
  capture('system.txt', 'cat', '/etc/os-release'),
  capture('addresses.txt', 'ip', '-d', 'address'),
  capture('routes.txt', 'ip', 'route', 'show', 'table', 'all'),
  capture('nftables.txt', 'nft', 'list', 'ruleset'),
  capture('mounts.txt', 'findmnt', '--list'),
  capture('disk.txt', 'df', '-hT'),
  capture('memory.txt', 'free', '-m'),
];
