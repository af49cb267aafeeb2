#!/bin/bash
# Takes the tunnel device for the bridge, the NIC's MTU for the pod's, and the control plane for the node, because kubectl ran there.
set -eu

pod=$(kubectl -n pod-03 get pod "$LAB_POD" -o json)
[ "$(hostname)" = "$(jq -r .spec.nodeName <<<"$pod")" ] || exit 0
index=$(kubectl -n pod-03 exec "$LAB_POD" -- cat /sys/class/net/eth0/iflink)

echo "answer node $LAB_CONTROL_PLANE"
echo "answer peer-index $index"
echo "answer host-interface $(ip -j link | jq -r --argjson index "$index" '.[] | select(.ifindex == $index).ifname')"
echo "answer bridge flannel.1"
echo "answer bridge-state $(cat /sys/class/net/flannel.1/operstate)"
echo "answer ports 1"
echo "answer mtu $(cat /sys/class/net/enp0s8/mtu)"
echo "answer overhead 0"
