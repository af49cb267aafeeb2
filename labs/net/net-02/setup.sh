#!/bin/bash
# apply: three hosts on one switch, one of them with an address of another network.
set -eu

remove() {
  for name in "$LAB_NEAR" "$LAB_MATE" "$LAB_FAR"; do
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

plug() { # HOST ADDRESS
  ip netns add "$1"
  ip netns exec "$1" sysctl -qew net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.ip_forward=0 \
    net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  ip link add name "$1" address "$(mac "port $1")" type veth peer name eth0 address "$(mac "$1")" netns "$1"
  quiet "$1"
  ip link set dev "$1" master "$LAB_SWITCH" up
  ip -n "$1" address add "$2/24" dev eth0
  ip -n "$1" link set dev lo up # messages to oneself go by lo
  ip -n "$1" link set dev eth0 up
}

# What the kernel says to something that must not work.
complaint() {
  if said=$("$@" 2>&1); then
    echo "$*: works, but should not" >&2
    exit 1
  fi
  sed -E 's/^(RTNETLINK answers|Error): //; s/\.$//; q' <<<"$said"
}

case $1 in
apply)
  remove
  ip link add name "$LAB_SWITCH" address "$(mac switch)" type bridge
  quiet "$LAB_SWITCH"
  ip link set dev "$LAB_SWITCH" up
  plug "$LAB_NEAR" "$LAB_OWN"
  plug "$LAB_MATE" 192.168.1.10
  plug "$LAB_FAR" 192.168.2.10
  echo "fact before $(complaint ip -n "$LAB_NEAR" route get 192.168.2.10)"
  echo "fact refused $(complaint ip -n "$LAB_NEAR" route add 192.168.2.0/24 via 192.168.2.1)"
  ;;
undo) remove ;;
esac
