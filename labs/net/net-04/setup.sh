#!/bin/bash
# apply: a host with a list of routes, its neighbour, a router, and behind it a machine that has an address in many networks.
set -eu

remove() {
  for name in "$LAB_HOST" "$LAB_MATE" "$LAB_ROUTER" "$LAB_WORLD"; do
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

# The same each time, so that a second set-up makes the same cables.
mac() { md5sum <<<"$LAB_SUFFIX $1" | sed -E 's/(..)(..)(..)(..)(..).*/02:\1:\2:\3:\4:\5/'; }

# Without IPv6, whose own talk would stand between the lines of tcpdump.
quiet() { sysctl -qew "net.ipv6.conf.$1.disable_ipv6=1"; }

machine() { # NAME FORWARDING
  ip netns add "$1"
  ip netns exec "$1" sysctl -qew net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 "net.ipv4.ip_forward=$2" \
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
  machine "$LAB_HOST" 0
  machine "$LAB_MATE" 0
  machine "$LAB_ROUTER" 1
  machine "$LAB_WORLD" 0
  plug "$LAB_HOST" 192.168.1.11
  plug "$LAB_MATE" 192.168.1.10
  plug "$LAB_ROUTER" "$LAB_GATEWAY"

  ip link add name eth1 address "$(mac uplink)" netns "$LAB_ROUTER" type veth \
    peer name eth0 address "$(mac world)" netns "$LAB_WORLD"
  ip -n "$LAB_ROUTER" address add 192.168.2.1/24 dev eth1
  ip -n "$LAB_ROUTER" link set dev eth1 up
  ip -n "$LAB_ROUTER" route add default via 192.168.2.10
  ip -n "$LAB_WORLD" address add 192.168.2.10/24 dev eth0
  ip -n "$LAB_WORLD" link set dev eth0 up
  ip -n "$LAB_WORLD" route add 192.168.1.0/24 via 192.168.2.1
  for address in "$LAB_OLD1" "$LAB_OLD2" "$LAB_OLD3" "$LAB_UNLISTED"; do
    ip -n "$LAB_WORLD" address add "$address/32" dev lo
  done

  for network in 192.168.2.0 "10.$LAB_BRANCH.1.0" "10.$LAB_BRANCH.2.0" "10.$LAB_BRANCH.3.0"; do
    ip -n "$LAB_HOST" route add "$network/24" via "$LAB_GATEWAY"
  done
  ip netns exec "$LAB_HOST" ping -n -q -c 1 -W 2 "$LAB_OLD1" >/dev/null
  ;;
undo) remove ;;
esac
