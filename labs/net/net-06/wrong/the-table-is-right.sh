#!/bin/bash
# The neighbour table is believed for everything: for the peer, and for the address that two hosts have.
set -eu

at_desk() { ip netns exec "$LAB_YOU" "$@"; }
in_table() { at_desk ip -j neighbour show "$1" | jq -r '.[0].lladdr'; }

for address in "$LAB_DOUBLE" 192.168.2.10; do at_desk ping -n -q -c 1 -W 2 "$address" >/dev/null; done
echo "answer table $(in_table "$LAB_PEER_ADDRESS")"
echo 'answer state REACHABLE'
echo "answer real $(in_table "$LAB_PEER_ADDRESS")"
echo "answer double $(in_table "$LAB_DOUBLE")"
echo "answer frame $(in_table 192.168.1.1)"
echo 'answer entry no'
