#!/bin/bash
# Prints what this node is like, a line for each thing: AREA<tab>ITEM<tab>VALUE. What changes by itself (counters, names of
# pods' veths, logs, caches) is left out, so that two looks at an untouched node are the same.
set -uo pipefail
export LC_ALL=C

tabs() { sed "s/^/$1\t/; s/$/\t${2:-}/"; } # each line as an item

printf 'host\tname\t%s\n' "$(hostname)"

# Files: type, mode, owner, size, time, target. Folders with contents of their own are not entered: the disks of pods and
# databases, logs, leases of addresses, what `lab` shares. Only names are compared there.
left_out=(/proc /sys /dev /vagrant /var/log /var/cache /var/tmp /var/lib/containerd /var/lib/etcd/member /var/lib/kubelet/pods /var/lib/kubelet/plugins
  /var/lib/kubelet/plugins_registry /var/lib/kubelet/device-plugins /var/lib/kubelet/pod-resources
  /var/lib/kubelet/checkpoints /var/lib/kubelet/cpu_manager_state /var/lib/kubelet/memory_manager_state
  /var/lib/kubelet/dra_manager_state /var/lib/kubelet/allocated_pods_state /var/lib/kubelet/actuated_pods_state
  /var/lib/cni/networks /var/lib/cni/results /var/lib/cni/cache /var/lib/cni/flannel /var/lib/systemd /var/lib/lab
  /root/.kube/cache /home/vagrant/.kube/cache /usr/share /usr/lib/python3 '/tmp/systemd-private-*')
prune=()
for path in "${left_out[@]}"; do prune+=(-o -path "$path"); done
find / /tmp -xdev \( "${prune[@]:1}" \) -prune \
  -o -type d -printf 'files\t%p\t%y %m %U:%G\t\n' \
  -o -type l -printf 'files\t%p\t%y %U:%G %l\t\n' \
  -o -printf 'files\t%p\t%y %m %U:%G %s\t%T@\n'
# Contents where people and programs write; elsewhere the time of the last change must do.
find /etc /opt /home /root /srv /usr/local/sbin /usr/local/lib /var/lib/kubelet /var/lib/cni /var/spool -xdev \
  \( "${prune[@]:1}" \) -prune -o -type f -print0 2>/dev/null |
  xargs -0 --no-run-if-empty sha256sum 2>/dev/null | sed -E 's/^\\?([0-9a-f]{64})  (.*)/digest\t\2\t\1/'

# A pod's link has its other end in the pod, and a name that is new each time: the bridge plugin's, and labnet's.
pod_link='(veth[0-9a-f]{8}|(lab|eni)[0-9a-f]{11})'
ip -json -details link | jq -r --arg pod "^$pod_link\$" '.[] | select(.ifname != "lo")
  | select((.ifname | test($pod)) and has("link_netnsid") | not)
  | [ "links", .ifname,
      ([.linkinfo.info_kind // "nic",
        # A bridge takes the least MTU of its ports, which come and go with pods.
        (if .linkinfo.info_kind == "bridge" then empty else "mtu \(.mtu)" end), (if .flags | index("UP") then "up" else "down" end),
        (if .master then "master \(.master)" else empty end),
        (.linkinfo.info_data // {} | if .id and .port then "vni \(.id) port \(.port) local \(.local)" else empty end)]
       | join(", ")) ] | @tsv'
# What a DHCP server gives may be another address after the next start; on machines, Vagrant's way in has such a one.
given=$(ip -4 -json address | jq -r '[.[].addr_info[]? | select(.dynamic) | .local | gsub("[.]"; "\\.")] | join("|")')
by_dhcp() { sed -E "s/\b(${given:-^$})\b/DHCP/g"; }
ip -json address | jq -r --arg pod "^(lo|$pod_link)\$" '.[] | select(.ifname | test($pod) | not) | .ifname as $name
  | .addr_info[] | select(.scope != "link") | ["addresses", "\($name) \(.local)/\(.prefixlen)", ""] | @tsv' |
  by_dhcp
own="dev $pod_link( |\$)"
{ ip -4 route show table all; ip -6 route show table all | grep -vE 'fe80|multicast|^local|^anycast'; } |
  grep -vE "$own" | sed -E 's/ (linkdown|expires [0-9]+sec)//g; s/ +$//' | by_dhcp | tabs routes
# Rules for single pods (labnet, mode vpc) come and go with them.
{ ip rule | grep -vE '^(512|1536):.* proto 198$'; ip -6 rule | sed 's/^/inet6 /'; } | tr '\t' ' ' | tabs rules
{
  bridge fdb show 2>/dev/null | grep ' dst ' | sed -E 's/^\S+ /fdb /'
  ip neigh show nud permanent | sed -E 's/ lladdr \S+//; s/^/neighbour /'
} | grep -vE "$own" | tabs neighbours

# What kube-proxy and portmap have for each endpoint and pod has a name that is new after each start.
for family in iptables ip6tables; do
  "$family-save" 2>/dev/null | grep -vE 'KUBE-SEP-|CNI-(DN|SN)-' | sed -E '/^#|^COMMIT/d; s/ \[[0-9]+:[0-9]+\]$//' | awk -v family="$family" -v OFS='\t' '
    /^\*/ { table = substr($0, 2); next }
    { print family, table " " $0, "" }'
done
# Those of iptables are among the tables of nft; they are told above.
nft list tables 2>/dev/null | grep -vE '^table (ip|ip6) (filter|nat|mangle|raw|security)$' | while read -r _ family table; do
  nft --stateless list table "$family" "$table" | sed -E 's/^\s+//' | grep -vE '^}?$' | sed "s/^/$family $table: /"
done | tabs nft

# mgmt0 is Vagrant's way in, which systemd-networkd sets up as it likes.
sysctl -a --pattern '^net\.' 2>/dev/null |
  grep -vE "\\.($pod_link|mgmt0)\\." |
  grep -vE 'nf_conntrack_count|tcp_fastopen_key|netdev_rss_key|stable_secret|\.(delta|bytes|errors)|nf_conntrack_(max|buckets)|^net\.ipv6\.conf\.[^.]+\.mtu|random|somaxconn_' |
  sed -E 's/^([^ ]+) = (.*)$/\1\t\2/' | awk -F'\t' -v OFS='\t' '{ gsub(/[ \t]+/, " ", $2); print "sysctls", $1, $2 }'

# Units that run, and those that failed; one that does its work once and ends is neither.
systemctl list-units --all --plain --no-legend --type=service,socket,timer |
  awk -v OFS='\t' '$1 ~ /^(user|user-runtime-dir|ssh|sshd|modprobe)@/ { next }
    $4 == "running" || $4 == "listening" || $4 == "waiting" || $3 == "failed" { print "units", $1, $4 }'

for namespace in $(ctr namespaces ls -q 2>/dev/null); do
  all=$(ctr -n "$namespace" containers ls -q)
  kubelets=$(ctr -n "$namespace" containers ls -q 'labels."io.cri-containerd.kind"')
  comm -23 <(sort <<<"$all") <(sort <<<"$kubelets") | sed "/^$/d; s#^#$namespace/#" | tabs containers
  ctr -n "$namespace" images ls -q | grep -v '^sha256:' | sed "s#^#$namespace #" | tabs images
done

awk '{ print $5 }' /proc/self/mountinfo |
  grep -vE '^/(proc|sys|dev)(/|$)|^/var/lib/kubelet/pods/|^/run/(containerd|netns|user|credentials)|^/tmp/systemd-private' |
  sort | uniq -c | awk -v OFS='\t' '{ print "mounts", $2, $1 }'
ss --no-header --listening --numeric --tcp --udp --processes |
  sed -E 's/pid=[0-9]+,fd=[0-9]+//g' | by_dhcp |
  awk -v OFS='\t' '{ split($7, name, "\""); port = $5; sub(/.*:/, "", port)
    if ($5 ~ /^127\./ && port > 32767) next
    print "listeners", $1 " " $5, name[2] }'
