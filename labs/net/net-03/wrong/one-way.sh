#!/bin/bash
# Only the host that begins gets a route: its packets arrive, and the replies do not know where to go.
set -eu

leg() { # NAME SWITCH ADDRESS
  ip link add name "$LAB_ROUTER-$1" type veth peer name "$1" netns "$LAB_ROUTER"
  ip link set dev "$LAB_ROUTER-$1" master "$2" up
  ip -n "$LAB_ROUTER" address add "$3/24" dev "$1"
  ip -n "$LAB_ROUTER" link set dev "$1" up
}
leg west "$LAB_LEFT_SWITCH" "$LAB_LEFT_LEG"
leg east "$LAB_RIGHT_SWITCH" "$LAB_RIGHT_LEG"
ip netns exec "$LAB_ROUTER" sysctl -qw net.ipv4.ip_forward=1
ip -n "$LAB_LEFT" route add 192.168.2.0/24 via "$LAB_LEFT_LEG"
echo "answer sender $(ip -j -n "$LAB_ROUTER" link show dev east | jq -r '.[0].address')"
