#!/bin/bash
# Makes the two NICs that an engine gives a node, lets node-boot.sh work on them, and prints what came of it.
# Runs in a mount and network namespace of its own, which take everything with them when it ends.
# Arguments: node-boot.sh, the node's settings file, the names that the engine gives the two NICs.
set -euo pipefail
boot=$1 settings=$2 lab=$3 uplink=$4
# shellcheck source=/dev/null
. "$settings"

# Where the script writes outside of the kernel: not to this machine's own.
mount -t tmpfs tmpfs /run
mkdir -p /run/netns /run/engine /run/etc/upper /run/etc/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work /etc
for folder in /etc/default /usr/local/sbin /var/lib; do mount -t tmpfs tmpfs "$folder"; done

# As engines do at every start of a container: files of theirs over the node's own.
engine() {
  echo node1 >/run/engine/hostname
  echo '10.100.198.201 node1' >/run/engine/hosts
  echo 'nameserver 127.0.0.11' >/run/engine/resolv.conf
  for file in hostname hosts resolv.conf; do mount --bind "/run/engine/$file" "/etc/$file"; done
}
engine
ip link set lo up

ip netns add outside
ip -n outside link set lo up
ip link add "$lab" address "$LAB_MAC" type veth peer name labside netns outside
ip link add "$uplink" address "$UPLINK_MAC" type veth peer name natside netns outside
ip address add "$LAB_ADDRESS/24" dev "$lab"
ip address add 10.89.7.2/24 dev "$uplink"
ip link set "$lab" up
ip link set "$uplink" up
ip -n outside address add 10.100.198.1/24 dev labside
ip -n outside address add 10.89.7.1/24 dev natside
ip -n outside address add 10.99.0.53/32 dev lo # its way there is the NAT, and it would answer
ip -n outside link set labside up
ip -n outside link set natside up
# podman gives a default route through each of its networks.
ip route add default via 10.89.7.1 dev "$uplink" metric 100
ip route add default via 10.100.198.1 dev "$lab" metric 200

part() { printf '\n== %s\n' "$1"; }

state() {
  part "$1 links" && ip -brief link | awk '{print $1, $3}'
  part "$1 addresses" && ip -brief -4 address | awk '{$2 = ""; print}'
  part "$1 routes" && ip route
  part "$1 gateway links" && ip -n natgw -brief link | awk '{print $1}'
  part "$1 gateway addresses" && ip -n natgw -brief -4 address | awk '{$2 = ""; print}'
  part "$1 gateway routes" && ip -n natgw route
  part "$1 gateway rules" && ip netns exec natgw nft list ruleset
  part "$1 gateway forwards" && ip netns exec natgw sysctl -n net.ipv4.ip_forward
  part "$1 forwards" && sysctl -n net.ipv4.ip_forward
  part "$1 kubelet" && cat /etc/default/kubelet
  part "$1 resolver" && cat /etc/resolv.conf
  part "$1 names" && cat /etc/hostname /etc/hosts && hostname
  part "$1 kubeadm" && readlink /usr/local/sbin/kubeadm
}

bash "$boot" "$settings" >/run/first.log
state first
bash "$boot" "$settings" >/run/second.log
state second
echo 'KUBELET_EXTRA_ARGS=--v=4' >/etc/default/kubelet
echo renamed >/etc/hostname
echo '10.100.198.201 another' >/etc/hosts
mkdir -p /var/lib/lab/run/flannel
echo FLANNEL_MTU=1450 >/var/lib/lab/run/flannel/subnet.env
engine
bash "$boot" "$settings" >/run/third.log
part 'own kubelet' && cat /etc/default/kubelet
part 'own names' && cat /etc/hostname /etc/hosts && hostname
part 'saved files' && cat /run/flannel/subnet.env && ls /var/lib/lab

# What the node itself makes of it: who answers outside, and from where the node seems to come.
# shellcheck disable=SC2016 # the dollars are JavaScript's
ip netns exec outside node -e '
  require("net").createServer((socket) => socket.end(socket.remoteAddress)).listen(8080);
  const dns = require("dgram").createSocket("udp4");
  dns.on("message", (_, { address, port }) => dns.send(`name server, asked by ${address}`, port, address));
  dns.bind(53, "10.99.0.53", () => console.error("ready"));
' 2>/run/outside.log &
outside=$!
until grep -q ready /run/outside.log; do sleep 0.05; done
seen() {
  node -e '
    const [host] = process.argv.slice(1);
    const socket = require("net").connect({ host, port: 8080, timeout: 3000 });
    socket.on("error", ({ code }) => { console.log(code); process.exit(1); });
    socket.on("timeout", () => process.exit(1)).pipe(process.stdout);
  ' "$1" || echo nothing
}
part 'seen over nat' && seen 10.89.7.1
part 'seen over lab' && seen 10.100.198.1
part 'seen inside' && seen 10.99.0.53
part 'dns' && node -e '
  const socket = require("dgram").createSocket("udp4");
  socket.on("message", (text) => { console.log(String(text)); process.exit(); });
  socket.send("who?", 53, "10.0.2.3");
  setTimeout(() => process.exit(1), 1500);
' || echo nothing
kill "$outside"
