#!/bin/bash
# apply: two networks with a host each, and a third machine without a cable.
set -eu

remove() {
  for name in "$LAB_LEFT" "$LAB_RIGHT" "$LAB_ROUTER"; do
    [ -e "/run/netns/$name" ] || continue
    ip netns pids "$name" | xargs -r kill -KILL || true
    # A namespace dies in its own time; a cable that is pulled is gone at once, with both ends.
    for link in $(ip -j -n "$name" link show type veth | jq -r '.[].ifname // empty'); do
      ip -n "$name" link delete dev "$link" 2>/dev/null || true
    done
    ip netns delete "$name"
  done
  # Cables of the learner with both ends here: never plugged in, or from switch to switch.
  for link in $(ip -j link show type veth | jq -r '.[] | select(.ifname and .link_netnsid == null).ifname'); do
    ip link delete dev "$link" 2>/dev/null || true
  done
  for name in "$LAB_LEFT_SWITCH" "$LAB_RIGHT_SWITCH"; do
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

plug() { # HOST SWITCH ADDRESS
  ip link add name "$1" address "$(mac "port $1")" type veth peer name eth0 address "$(mac "$1")" netns "$1"
  quiet "$1"
  ip link set dev "$1" master "$2" up
  ip -n "$1" address add "$3/24" dev eth0
  ip -n "$1" link set dev eth0 up
}

case $1 in
apply)
  remove
  switch "$LAB_LEFT_SWITCH"
  switch "$LAB_RIGHT_SWITCH"
  machine "$LAB_LEFT"
  machine "$LAB_RIGHT"
  machine "$LAB_ROUTER"
  plug "$LAB_LEFT" "$LAB_LEFT_SWITCH" 192.168.1.11
  plug "$LAB_RIGHT" "$LAB_RIGHT_SWITCH" 192.168.2.10
  ;;
undo) remove ;;
esac
