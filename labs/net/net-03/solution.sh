#!/bin/bash
# The answer is what the far host has learnt by ARP; the check reads the router's interface.
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
ip -n "$LAB_RIGHT" route add 192.168.1.0/24 via "$LAB_RIGHT_LEG"

ip netns exec "$LAB_LEFT" ping -n -q -c 1 -W 2 192.168.2.10 >/dev/null
echo "answer sender $(ip -j -n "$LAB_RIGHT" neighbour show "$LAB_RIGHT_LEG" | jq -r '.[0].lladdr')"
