#!/bin/bash
# apply: a switch with a wrong note in one neighbour table, an address that two hosts have, and a way to another network.
set -eu

remove() {
  delete_netns "$LAB_YOU" "$LAB_PEER" "$LAB_FIRST" "$LAB_SECOND" "$LAB_ROUTER" "$LAB_FAR"
  delete_links "$LAB_SWITCH"
}

case $1 in
apply)
  remove
  add_bridge "$LAB_SWITCH"
  for name in "$LAB_YOU" "$LAB_PEER" "$LAB_FIRST" "$LAB_SECOND" "$LAB_FAR"; do add_netns "$name"; done
  add_netns "$LAB_ROUTER" net.ipv4.ip_forward=1
  plug "$LAB_YOU" "$LAB_SWITCH" 192.168.1.11/24
  plug "$LAB_PEER" "$LAB_SWITCH" "$LAB_PEER_ADDRESS/24"
  plug "$LAB_FIRST" "$LAB_SWITCH" "$LAB_DOUBLE/24"
  plug "$LAB_SECOND" "$LAB_SWITCH" "$LAB_DOUBLE/24"
  plug "$LAB_ROUTER" "$LAB_SWITCH" 192.168.1.1/24
  ip link add name eth1 address "$(mac_of uplink)" netns "$LAB_ROUTER" type veth \
    peer name eth0 address "$(mac_of "$LAB_FAR")" netns "$LAB_FAR"
  ip -n "$LAB_ROUTER" address add 192.168.2.1/24 dev eth1
  ip -n "$LAB_ROUTER" link set dev eth1 up
  ip -n "$LAB_FAR" address add 192.168.2.10/24 dev eth0
  ip -n "$LAB_FAR" link set dev eth0 up
  ip -n "$LAB_FAR" route add default via 192.168.2.1
  ip -n "$LAB_YOU" route add default via 192.168.1.1
  ip -n "$LAB_YOU" neighbour replace "$LAB_PEER_ADDRESS" lladdr "$(mac_of 'the old card')" nud permanent dev eth0
  ;;
undo) remove ;;
esac
