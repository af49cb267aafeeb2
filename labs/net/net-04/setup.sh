#!/bin/bash
# apply: a host with a list of routes, its neighbour, a router, and behind it a machine that has an address in many networks.
set -eu

remove() {
  delete_netns "$LAB_HOST" "$LAB_MATE" "$LAB_ROUTER" "$LAB_WORLD"
  delete_links "$LAB_SWITCH"
}

case $1 in
apply)
  remove
  add_bridge "$LAB_SWITCH"
  add_netns "$LAB_HOST"
  add_netns "$LAB_MATE"
  add_netns "$LAB_ROUTER" net.ipv4.ip_forward=1
  add_netns "$LAB_WORLD"
  plug "$LAB_HOST" "$LAB_SWITCH" 192.168.1.11/24
  plug "$LAB_MATE" "$LAB_SWITCH" 192.168.1.10/24
  plug "$LAB_ROUTER" "$LAB_SWITCH" "$LAB_GATEWAY/24"

  ip link add name eth1 address "$(mac_of uplink)" netns "$LAB_ROUTER" type veth \
    peer name eth0 address "$(mac_of world)" netns "$LAB_WORLD"
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
