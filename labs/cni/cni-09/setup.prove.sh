#!/bin/bash
# apply: waits on the sender's node until its packets are on the wire, wrapped.
set -eu

[ "$1" = apply ] || exit 0

pod=$(kubectl -n cni-09 get pod "$LAB_SENDER" -o json)
node=$(jq -r .status.hostIP <<<"$pod")
[ -n "$(ip -4 -o address show to "$node")" ] || exit 0 # the other worker

nic=$(ip -4 -o address show to "$node" | awk '{ print $2 }')
# The inner packet's protocol is 39 bytes into the outer UDP: 8 of UDP, 8 of VXLAN, 14 of Ethernet, 9 of IP.
if ! timeout 10 tcpdump -n -c 1 -i "$nic" "src $node and udp port 8472 and udp[39] = 17" >/dev/null 2>&1; then
  echo "no wrapped packet leaves $(hostname) on $nic" >&2
  exit 1
fi
