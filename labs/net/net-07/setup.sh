#!/bin/bash
# apply: two clients and a machine for the DNS server, on one switch. The learner makes the rest.
set -eu

remove() {
  for name in "$LAB_ONE" "$LAB_TWO" "$LAB_SERVER"; do
    rm -rf "/etc/netns/$name"
    [ -e "/run/netns/$name" ] || continue
    ip netns pids "$name" | xargs -r kill -KILL || true
    # A namespace dies in its own time; a cable that is pulled is gone at once, with both ends.
    for link in $(ip -j -n "$name" link show type veth | jq -r '.[].ifname // empty'); do
      ip -n "$name" link delete dev "$link" 2>/dev/null || true
    done
    ip netns delete "$name"
  done
  if [ -e "/sys/class/net/$LAB_SWITCH" ]; then ip link delete dev "$LAB_SWITCH"; fi
  # A server that the learner has started beside its namespace.
  for pid in $(pgrep -x dnsmasq); do
    [ -n "$(ip netns identify "$pid")" ] || kill "$pid" 2>/dev/null || true
  done
  # Lines that came into the wrong hosts file. It is mounted here, so it can be written to, not replaced.
  if grep -qF "$LAB_ZONE" /etc/hosts; then
    left=$(grep -vF "$LAB_ZONE" /etc/hosts) || true
    printf '%s\n' "$left" >/etc/hosts
  fi
}

# The same each time, so that a second set-up makes the same cables.
mac() { md5sum <<<"$LAB_SUFFIX $1" | sed -E 's/(..)(..)(..)(..)(..).*/02:\1:\2:\3:\4:\5/'; }

# Without IPv6, whose own talk would stand between the lines of tcpdump.
quiet() { sysctl -qew "net.ipv6.conf.$1.disable_ipv6=1"; }

plug() { # HOST ADDRESS
  ip netns add "$1"
  ip netns exec "$1" sysctl -qew net.ipv4.ip_forward=0 net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  ip link add name "$1" address "$(mac "port $1")" type veth peer name eth0 address "$(mac "$1")" netns "$1"
  quiet "$1"
  ip link set dev "$1" master "$LAB_SWITCH" up
  ip -n "$1" link set dev lo up
  ip -n "$1" address add "$2/24" dev eth0
  ip -n "$1" link set dev eth0 up
}

case $1 in
apply)
  remove
  ip link add name "$LAB_SWITCH" address "$(mac switch)" type bridge
  quiet "$LAB_SWITCH"
  ip link set dev "$LAB_SWITCH" up
  plug "$LAB_ONE" 192.168.1.11
  plug "$LAB_TWO" 192.168.1.12
  plug "$LAB_SERVER" 192.168.1.53
  ;;
undo) remove ;;
esac
