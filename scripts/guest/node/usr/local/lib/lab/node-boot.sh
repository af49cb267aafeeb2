#!/bin/bash
# Gives the node the two NICs of the course, at every boot. Argument: the node's settings file.
#   enp0s8  the lab network; made by the engine, found by its MAC address
#   enp0s3  NAT as VirtualBox does it: 10.0.2.15/24 on every node, gateway 10.0.2.2, DNS 10.0.2.3
# In a container, the gateway is a network namespace of the node's own ("natgw"); the engine's other NIC is its way out.
# A virtual machine gets its NAT from whatever runs it, and keeps its resolver: VirtualBox' own NIC is as it should be; the one
# that QEMU adds for it is found by its MAC address, and libvirt's first NIC is Vagrant's way in.
set -euo pipefail
# shellcheck source=/dev/null
. "$1" # LAB_MAC NAT_MAC LAB_ADDRESS LAB_PREFIX DNS_SERVER INTERNAL

mount --make-rshared /

# The engine lays files of its own over these three, which would outlive a restore and come back after a restart.
# They are the node's: the engine's content is taken over once, at the first boot.
for file in /etc/hosts /etc/hostname /etc/resolv.conf; do
  mountpoint -q "$file" || continue
  content=$(cat "$file")
  umount "$file"
  [ -e /var/lib/lab/booted ] || echo "$content" >"$file"
done
hostname -F /etc/hostname
mkdir -p /var/lib/lab
touch /var/lib/lab/booted

# What a saved node had in /run that pods need before the agent of the pod network has started again.
if [ -d /var/lib/lab/run ]; then
  cp -a /var/lib/lab/run/. /run/
  rm -r /var/lib/lab/run
fi

# with_mac MAC: the name of that NIC, or nothing
with_mac() { ip -json link | jq -r --arg mac "$1" '[.[] | select(.address == $mac)][0].ifname // empty'; }

# called NIC NAME: gives it that name, and switches it on
called() {
  if [ "$1" != "$2" ]; then
    ip link set "$1" down
    ip link set "$1" name "$2"
  fi
  ip link set "$2" up
}

# A machine's udev names the NICs at the same time.
[ ! -S /run/udev/control ] || udevadm settle --timeout=120
called "$(with_mac "$LAB_MAC")" enp0s8

# A standby node is on a segment for which the engine has no addresses.
ip -4 address show dev enp0s8 | grep -qF " $LAB_ADDRESS/" || ip address add "$LAB_ADDRESS/$LAB_PREFIX" dev enp0s8

uplink=$(ip -json -details link | jq -r '[.[] | select(.linkinfo.info_kind == "veth") | .ifname] - ["enp0s8", "enp0s3"] | .[0] // empty')
if [ -n "$uplink" ] && ! ip netns pids natgw >/dev/null 2>&1; then # once per boot
  address=$(ip -json -4 address show dev "$uplink" | jq -r '.[0].addr_info[0] | "\(.local)/\(.prefixlen)"')
  # docker sets one default route for all NICs, and its gateway is always the first address.
  gateway=$(ip -json -4 route show dev "$uplink" | jq -r '
    (map(select(.dst == "default"))[0].gateway) // (map(select(.dst != "default"))[0].dst | sub("[0-9]+/.*"; "1"))')
  ip netns add natgw
  # The engine's NIC itself must stay here, under its name: podman takes its rules and its bridge away only if it
  # finds that NIC when the node is removed. The gateway gets a macvlan child of it.
  ip address flush dev "$uplink"
  ip link add link "$uplink" name up1 netns natgw type macvlan mode bridge
  ip -n natgw link set lo up
  ip -n natgw address add "$address" dev up1
  ip -n natgw link set up1 up
  ip -n natgw route add default via "$gateway"

  ip link add enp0s3 address "$NAT_MAC" type veth peer name gw0 netns natgw
  ip address add 10.0.2.15/24 broadcast 10.0.2.255 dev enp0s3
  ip link set enp0s3 up
  ip -n natgw address add 10.0.2.2/24 dev gw0
  ip -n natgw address add 10.0.2.3/24 dev gw0
  ip -n natgw link set gw0 up
  while ip route delete default 2>/dev/null; do :; done # the engine's, through the lab network
  ip route add default via 10.0.2.2 dev enp0s3

  ip netns exec natgw sysctl -qw net.ipv4.ip_forward=1
  {
    echo 'table ip nat {'
    echo '  chain out { type nat hook postrouting priority srcnat; oifname "up1" masquerade; }'
    if [ -n "$DNS_SERVER" ]; then
      echo '  chain dns { type nat hook prerouting priority dstnat;'
      echo "    ip daddr 10.0.2.3 meta l4proto { tcp, udp } th dport 53 dnat to $DNS_SERVER; }"
    fi
    if [ -n "${INTERNAL:-}" ]; then # by what the sender asked for: the name server behind 10.0.2.3 may be in such a range
      echo '  chain inside { type filter hook forward priority filter;'
      echo "    iifname gw0 ct original ip daddr { $INTERNAL } reject with icmp host-unreachable; }"
    fi
    echo '}'
  } | ip netns exec natgw nft -f -
fi

nat=$(with_mac "$NAT_MAC")
if [ -n "$nat" ] && [ ! -e /run/netns/natgw ]; then # a machine of QEMU's
  called "$nat" enp0s3
  ip address replace 10.0.2.15/24 broadcast 10.0.2.255 dev enp0s3
  while ip route delete default 2>/dev/null; do :; done # Vagrant's, through its own network
  ip route add default via 10.0.2.2 dev enp0s3
fi

if [ -e /run/netns/natgw ]; then
  echo 'nameserver 10.0.2.3' >/etc/resolv.conf # docker puts its own there, on loopback, which pods cannot reach
  ln -sf /usr/local/lib/lab/kubeadm-in-container.sh /usr/local/sbin/kubeadm
fi

for setting in net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1; do
  sysctl -qw "$setting" || echo "cannot set $setting"
done

# kubelet would take the first NIC's address, which is the same on every node.
[ -e /etc/default/kubelet ] || echo "KUBELET_EXTRA_ARGS=--node-ip=$LAB_ADDRESS" >/etc/default/kubelet
