#!/bin/bash
# apply: two networks and a router, with three mistakes; then proves that nothing gets through.
set -eu

remove() {
  for name in "$LAB_NEAR" "$LAB_FAR" "$LAB_ROUTER"; do
    [ -e "/run/netns/$name" ] || continue
    ip netns pids "$name" | xargs -r kill -KILL || true
    # A namespace dies in its own time; a cable that is pulled is gone at once, with both ends.
    for link in $(ip -j -n "$name" link show type veth | jq -r '.[].ifname // empty'); do
      ip -n "$name" link delete dev "$link" 2>/dev/null || true
    done
    ip netns delete "$name"
  done
  for name in "$LAB_NEAR_SWITCH" "$LAB_FAR_SWITCH"; do
    if [ -e "/sys/class/net/$name" ]; then ip link delete dev "$name"; fi
  done
}

# The same each time, so that a second set-up makes the same cables.
mac() { md5sum <<<"$LAB_SUFFIX $1" | sed -E 's/(..)(..)(..)(..)(..).*/02:\1:\2:\3:\4:\5/'; }

# Without IPv6, whose own talk would stand between the lines of tcpdump.
quiet() { sysctl -qew "net.ipv6.conf.$1.disable_ipv6=1"; }

switch() {
  ip link add name "$1" address "$(mac "$1")" type bridge
  quiet "$1"
  ip link set dev "$1" up
}

machine() {
  ip netns add "$1"
  ip netns exec "$1" sysctl -qew net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.ip_forward=0 \
    net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  ip -n "$1" link set dev lo up # messages to oneself go by lo
}

plug() { # PORT HOST INTERFACE SWITCH ADDRESS
  ip link add name "$1" address "$(mac "port $1")" type veth peer name "$3" address "$(mac "$2 $3")" netns "$2"
  quiet "$1"
  ip link set dev "$1" master "$4" up
  ip -n "$2" address add "$5" dev "$3"
  ip -n "$2" link set dev "$3" up
}

answers() { ip netns exec "$1" ping -n -q -c 1 -W "$3" "$2" >/dev/null 2>&1; } # FROM TO SECONDS

case $1 in
apply)
  remove
  switch "$LAB_NEAR_SWITCH"
  switch "$LAB_FAR_SWITCH"
  machine "$LAB_NEAR"
  machine "$LAB_FAR"
  machine "$LAB_ROUTER"
  plug "$LAB_NEAR" "$LAB_NEAR" eth0 "$LAB_NEAR_SWITCH" "192.168.$LAB_OCTET/24" # an octet is missing
  plug "$LAB_ROUTER-0" "$LAB_ROUTER" eth0 "$LAB_NEAR_SWITCH" 192.168.1.1/24
  plug "$LAB_ROUTER-1" "$LAB_ROUTER" eth1 "$LAB_FAR_SWITCH" 192.168.2.1/24
  plug "$LAB_FAR" "$LAB_FAR" eth0 "$LAB_FAR_SWITCH" 192.168.2.10/24
  ip -n "$LAB_FAR" route add 192.168.1.0/24 via "$LAB_GHOST" # nobody is there
  if ip -n "$LAB_NEAR" route add 192.168.2.0/24 via 192.168.1.1 2>/dev/null; then
    echo "the kernel accepts a next hop that $LAB_NEAR cannot reach" >&2
    exit 1
  fi

  if ! answers "$LAB_ROUTER" 192.168.2.10 2 || answers "$LAB_NEAR" 192.168.2.10 0.3 ||
    answers "$LAB_FAR" "$LAB_NEAR_ADDRESS" 0.3; then
    echo "the fault does not show: $LAB_ROUTER should reach $LAB_FAR, and $LAB_NEAR should not" >&2
    exit 1
  fi
  echo "fact address $(ip -j -4 -n "$LAB_NEAR" address show dev eth0 | jq -r '.[0].addr_info[0] | "\(.local)/\(.prefixlen)"')"
  echo "fact hop $(ip -j -n "$LAB_FAR" route show 192.168.1.0/24 | jq -r '.[0].gateway')"
  ;;
undo) remove ;;
esac
