#!/bin/bash
# Three routes to ranges where nothing is, one of each family. The names tell nothing.
set -eu

read -ra ways <<<"$LAB_WAY"
ranges=("$LAB_RANGE_A" "$LAB_RANGE_B" "$LAB_RANGE_C")

case $1 in
apply)
  nic=$(ip -4 -o address show to "$LAB_WORKER1_ADDRESS" | awk '{ print $2 }')
  # The number and the port of no pod network here.
  ip link show dev "$LAB_DEVICE" >/dev/null 2>&1 ||
    ip link add "$LAB_DEVICE" type vxlan id 4242 dstport 4789 local "$LAB_WORKER1_ADDRESS" remote "$LAB_WORKER2_ADDRESS" dev "$nic"
  ip link set "$LAB_DEVICE" up
  for i in 0 1 2; do
    range=${ranges[i]}
    case ${ways[i]} in
    layer-2) ip route replace "$range" dev "$nic" ;;
    layer-3) ip route replace "$range" via "$LAB_WORKER2_ADDRESS" dev "$nic" ;;
    overlay) ip route replace "$range" via "${range%/*}" dev "$LAB_DEVICE" onlink ;;
    esac
  done
  ;;
undo)
  for range in "${ranges[@]}"; do
    if [ -n "$(ip route show exact "$range")" ]; then ip route delete "$range"; fi
  done
  delete_links "$LAB_DEVICE"
  ;;
esac
