/** Something that a learner may do to a lab, and what `lab diff` must say of it. */
export interface Damage {
  what: string;
  /** Where the commands run, as root; "kubectl" for kubectl's words, one call a line. */
  on: 'master' | 'node1' | 'node2' | 'kubectl';
  commands: string;
  /** A change in this area whose item contains this text. */
  seen: { area: string; item: string; node?: string };
}

const corefile = `get configmap coredns --namespace kube-system --output yaml`;

export const damages: readonly Damage[] = [
  {
    what: 'deleted pod network',
    on: 'kubectl',
    commands: 'delete namespace kube-flannel --wait=false',
    seen: { area: 'api', item: 'kube-flannel' },
  },
  {
    what: 'removed CNI configuration',
    on: 'node1',
    commands: 'rm /etc/cni/net.d/10-flannel.conflist',
    seen: { area: 'files', item: '/etc/cni/net.d/10-flannel.conflist' },
  },
  {
    what: 'flushed rules',
    on: 'node1',
    commands: 'iptables -t filter -F; iptables -t nat -F; iptables -t nat -X',
    seen: { area: 'iptables', item: 'nat' },
  },
  {
    what: 'a table of rules that drops',
    on: 'node2',
    commands:
      "nft add table inet wall; nft add chain inet wall in '{ type filter hook forward priority 0; policy drop; }'",
    seen: { area: 'nft', item: 'inet wall' },
  },
  {
    what: 'changed manifest of a static pod',
    on: 'master',
    commands:
      'sed -i s/--leader-elect=false/--leader-elect=nonsense/ /etc/kubernetes/manifests/kube-scheduler.yaml',
    seen: { area: 'files', item: '/etc/kubernetes/manifests/kube-scheduler.yaml' },
  },
  {
    what: 'manifest of the API server moved away',
    on: 'master',
    commands: 'mv /etc/kubernetes/manifests/kube-apiserver.yaml /root/',
    seen: { area: 'files', item: '/etc/kubernetes/manifests/kube-apiserver.yaml' },
  },
  {
    what: 'removed plugin',
    on: 'node1',
    commands: 'rm /opt/cni/bin/bridge',
    seen: { area: 'files', item: '/opt/cni/bin/bridge' },
  },
  {
    what: 'all plugins removed',
    on: 'node2',
    commands: 'rm -r /opt/cni/bin',
    seen: { area: 'files', item: '/opt/cni/bin' },
  },
  {
    what: 'removed kubelet',
    on: 'node2',
    commands: 'systemctl stop kubelet; rm /usr/local/bin/kubelet',
    seen: { area: 'files', item: '/usr/local/bin/kubelet' },
  },
  {
    what: 'edited Corefile',
    on: 'master',
    commands: `export KUBECONFIG=/etc/kubernetes/admin.conf; kubectl ${corefile} | sed s/cluster.local/broken.local/ | kubectl replace -f -`,
    seen: { area: 'api', item: 'ConfigMap kube-system/coredns: data.Corefile' },
  },
  {
    what: 'a namespace with pods more',
    on: 'kubectl',
    commands:
      'create namespace junk\ncreate deployment web --image docker.io/library/nginx:latest --replicas 3 --namespace junk',
    seen: { area: 'api', item: 'Namespace junk' },
  },
  {
    what: 'filled disk',
    on: 'node1',
    commands: 'fallocate -l 300M /var/fill',
    seen: { area: 'files', item: '/var/fill' },
  },
  {
    what: 'changed routes',
    on: 'master',
    commands: 'ip route add blackhole 10.244.1.0/25; ip route add blackhole 10.244.1.128/25',
    seen: { area: 'routes', item: 'blackhole 10.244.1.0/25' },
  },
  {
    what: 'renamed host',
    on: 'node1',
    commands: 'echo broken >/etc/hostname; hostname broken; systemctl restart kubelet',
    seen: { area: 'host', item: 'name' },
  },
  {
    what: 'killed etcd',
    on: 'master',
    commands: 'kill -9 $(pidof etcd)',
    seen: { area: 'api', item: 'Pod kube-system/etcd-master: status.etcd.ended' },
  },
  {
    what: 'deleted data of etcd',
    on: 'master',
    commands: 'mv /var/lib/etcd/member /root/; kill -9 $(pidof etcd)',
    seen: { area: 'files', item: '/root/member' },
  },
  {
    what: 'rotated certificates',
    on: 'master',
    commands: 'kubeadm certs renew all',
    seen: { area: 'files', item: '/etc/kubernetes/pki/apiserver.crt' },
  },
  {
    what: 'stray container',
    on: 'node1',
    commands:
      'ctr --namespace k8s.io run --detach --null-io docker.io/library/busybox:latest stray sleep 3600',
    seen: { area: 'containers', item: 'stray' },
  },
  {
    what: 'removed image',
    on: 'node1',
    commands: 'ctr --namespace k8s.io images rm docker.io/library/nginx:latest',
    seen: { area: 'images', item: 'docker.io/library/nginx:latest' },
  },
  {
    what: 'stopped container runtime',
    on: 'node2',
    commands: 'systemctl stop containerd',
    seen: { area: 'units', item: 'containerd.service' },
  },
  {
    what: 'stray unit',
    on: 'master',
    commands: 'systemd-run --unit stray sleep 9999',
    seen: { area: 'units', item: 'stray.service' },
  },
  {
    what: 'stray listener',
    on: 'node2',
    commands: 'systemd-run --unit listener nc -l 8888',
    seen: { area: 'listeners', item: ':8888' },
  },
  {
    what: 'forwarding off',
    on: 'node1',
    commands: 'sysctl -w net.ipv4.ip_forward=0',
    seen: { area: 'sysctls', item: 'net.ipv4.ip_forward' },
  },
  {
    what: 'tunnel down',
    on: 'node1',
    commands: 'ip link set flannel.1 down',
    seen: { area: 'links', item: 'flannel.1' },
  },
  {
    what: 'deleted bridge',
    on: 'master',
    commands: 'ip link delete cni0',
    seen: { area: 'links', item: 'cni0' },
  },
  {
    what: 'a second address',
    on: 'node2',
    commands: 'ip address add 10.9.9.9/24 dev enp0s3',
    seen: { area: 'addresses', item: 'enp0s3 10.9.9.9/24' },
  },
  {
    what: 'a routing rule',
    on: 'node2',
    commands: 'ip rule add from 10.244.0.0/16 lookup 66; ip route add blackhole default table 66',
    seen: { area: 'rules', item: 'lookup 66' },
  },
  {
    what: 'deleted forwarding entry of the tunnel',
    on: 'node1',
    commands:
      'bridge fdb show dev flannel.1 | while read -r mac rest; do bridge fdb del $mac dev flannel.1; done',
    seen: { area: 'neighbours', item: 'fdb' },
  },
  {
    what: 'deleted kube-proxy',
    on: 'kubectl',
    commands: 'delete daemonset kube-proxy --namespace kube-system',
    seen: { area: 'api', item: 'DaemonSet kube-system/kube-proxy' },
  },
  {
    what: 'deleted DNS service',
    on: 'kubectl',
    commands: 'delete service kube-dns --namespace kube-system',
    seen: { area: 'api', item: 'Service kube-system/kube-dns' },
  },
  {
    what: 'tainted node',
    on: 'kubectl',
    commands: 'taint nodes node1 broken=true:NoExecute',
    seen: { area: 'api', item: 'Node node1: spec.taints' },
  },
  {
    what: 'deleted rights',
    on: 'kubectl',
    commands: 'delete clusterrolebinding flannel',
    seen: { area: 'api', item: 'ClusterRoleBinding flannel' },
  },
  {
    what: 'wrong DNS server',
    on: 'master',
    commands: 'echo nameserver 192.0.2.1 >/etc/resolv.conf',
    seen: { area: 'files', item: '/etc/resolv.conf' },
  },
  {
    what: 'hidden CNI configuration',
    on: 'node2',
    commands: 'mount -t tmpfs tmpfs /etc/cni/net.d',
    seen: { area: 'mounts', item: '/etc/cni/net.d' },
  },
];
