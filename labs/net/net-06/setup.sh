#!/bin/bash
# apply: a switch with a wrong note in one neighbour table, an address that two hosts have, and a way to another network.
set -eu

remove() {
  for name in "$LAB_YOU" "$LAB_PEER" "$LAB_FIRST" "$LAB_SECOND" "$LAB_ROUTER" "$LAB_FAR"; do
    [ -e "/run/netns/$name" ] || continue
    ip netns pids "$name" | xargs -r kill -KILL || true
    # A namespace dies in its own time; a cable that is pulled is gone at once, with both ends.
    for link in $(ip -j -n "$name" link show type veth | jq -r '.[].ifname // empty'); do
      ip -n "$name" link delete dev "$link" 2>/dev/null || true
    done
    ip netns delete "$name"
  done
  if [ -e "/sys/class/net/$LAB_SWITCH" ]; then ip link delete dev "$LAB_SWITCH"; fi
}

# The same each time, so that a second set-up makes the same cables; and another for each learner.
mac() { md5sum <<<"$LAB_SUFFIX $LAB_PEER_OCTET $LAB_DOUBLE_OCTET $1" | sed -E 's/(..)(..)(..)(..)(..).*/02:\1:\2:\3:\4:\5/'; }

# Without IPv6, whose own talk would stand between the lines of tcpdump.
quiet() { sysctl -qew "net.ipv6.conf.$1.disable_ipv6=1"; }

machine() { # NAME FORWARDING
  ip netns add "$1"
  # arp_ignore 0: whoever has an address answers for it, as is the default.
  ip netns exec "$1" sysctl -qew net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 "net.ipv4.ip_forward=$2" \
    net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.default.arp_ignore=0 \
    net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  ip -n "$1" link set dev lo up
}

plug() { # HOST ADDRESS
  ip link add name "$1" address "$(mac "port $1")" type veth peer name eth0 address "$(mac "$1")" netns "$1"
  quiet "$1"
  ip link set dev "$1" master "$LAB_SWITCH" up
  ip -n "$1" address add "$2/24" dev eth0
  ip -n "$1" link set dev eth0 up
}

case $1 in
apply)
  remove
  ip link add name "$LAB_SWITCH" address "$(mac switch)" type bridge
  quiet "$LAB_SWITCH"
  ip link set dev "$LAB_SWITCH" up
  machine "$LAB_YOU" 0
  machine "$LAB_PEER" 0
  machine "$LAB_FIRST" 0
  machine "$LAB_SECOND" 0
  machine "$LAB_ROUTER" 1
  machine "$LAB_FAR" 0
  plug "$LAB_YOU" 192.168.1.11
  plug "$LAB_PEER" "$LAB_PEER_ADDRESS"
  plug "$LAB_FIRST" "$LAB_DOUBLE"
  plug "$LAB_SECOND" "$LAB_DOUBLE"
  plug "$LAB_ROUTER" 192.168.1.1
  ip link add name eth1 address "$(mac uplink)" netns "$LAB_ROUTER" type veth \
    peer name eth0 address "$(mac "$LAB_FAR")" netns "$LAB_FAR"
  ip -n "$LAB_ROUTER" address add 192.168.2.1/24 dev eth1
  ip -n "$LAB_ROUTER" link set dev eth1 up
  ip -n "$LAB_FAR" address add 192.168.2.10/24 dev eth0
  ip -n "$LAB_FAR" link set dev eth0 up
  ip -n "$LAB_FAR" route add default via 192.168.2.1
  ip -n "$LAB_YOU" route add default via 192.168.1.1
  ip -n "$LAB_YOU" neighbour replace "$LAB_PEER_ADDRESS" lladdr "$(mac 'the old card')" nud permanent dev eth0
  ;;
undo) remove ;;
esac
