#!/bin/bash
# apply: two networks and a router, with three mistakes; then proves that nothing gets through.
set -eu

remove() {
  delete_netns "$LAB_NEAR" "$LAB_FAR" "$LAB_ROUTER"
  delete_links "$LAB_NEAR_SWITCH" "$LAB_FAR_SWITCH"
}

answers() { ip netns exec "$1" ping -n -q -c 1 -W "$3" "$2" >/dev/null 2>&1; } # FROM TO SECONDS

case $1 in
apply)
  remove
  add_bridge "$LAB_NEAR_SWITCH"
  add_bridge "$LAB_FAR_SWITCH"
  add_netns "$LAB_NEAR"
  add_netns "$LAB_FAR"
  add_netns "$LAB_ROUTER"
  plug "$LAB_NEAR" "$LAB_NEAR_SWITCH" "192.168.$LAB_OCTET/24" # an octet is missing
  plug "$LAB_ROUTER" "$LAB_NEAR_SWITCH" 192.168.1.1/24 eth0 "$LAB_ROUTER-0"
  plug "$LAB_ROUTER" "$LAB_FAR_SWITCH" 192.168.2.1/24 eth1 "$LAB_ROUTER-1"
  plug "$LAB_FAR" "$LAB_FAR_SWITCH" 192.168.2.10/24
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
