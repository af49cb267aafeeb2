#!/bin/bash
# From the node's side, without looking into the pod: its MAC address was learnt behind one port of the bridge.
set -eu

pod=$(kubectl -n pod-03 get pod "$LAB_POD" -o json)
node=$(jq -r .spec.nodeName <<<"$pod")
[ "$(hostname)" = "$node" ] || exit 0
address=$(jq -r .status.podIP <<<"$pod")

bridge=$(ip -j route get "$address" | jq -r '.[0].dev')
ping -c 1 -w 3 "$address" >/dev/null
mac=$(ip -j neighbour show "$address" dev "$bridge" | jq -r '.[0].lladdr')
port=$(bridge -j fdb show br "$bridge" | jq -r --arg mac "$mac" '[.[] | select(.mac == $mac)][0].ifname')

echo "answer bridge $bridge"
echo "answer bridge-state $(cat "/sys/class/net/$bridge/operstate")"
echo "answer ports $(find "/sys/class/net/$bridge/brif" -mindepth 1 | wc -l)"
echo "answer host-interface $port"
echo "answer peer-index $(cat "/sys/class/net/$port/ifindex")"
# shellcheck source=/dev/null
. /run/flannel/subnet.env
echo "answer overhead $(($(cat /sys/class/net/enp0s8/mtu) - FLANNEL_MTU))"
