#!/bin/bash
# DEL for both.
set -eu

export CNI_PATH=/opt/cni/bin CNI_IFNAME=eth0
mkdir -p /root/cni-07
network="{ \"cniVersion\": \"1.0.0\", \"name\": \"$LAB_NETWORK\", \"type\": \"bridge\", \"bridge\": \"$LAB_BRIDGE\", \"isGateway\": true,
  \"ipam\": { \"type\": \"host-local\", \"subnet\": \"$LAB_RANGE\" } }"
call() { # COMMAND NAME
  CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_NETNS=/run/netns/$2 /opt/cni/bin/bridge <<<"$network"
}
for name in "$LAB_FIRST" "$LAB_SECOND"; do
  ip netns add "$name"
  call ADD "$name" >"/root/cni-07/$name.json"
done
for name in "$LAB_FIRST" "$LAB_SECOND"; do call DEL "$name"; done
echo "answer version $(/opt/cni/bin/bridge 2>&1 </dev/null | grep -oE '[0-9.]+$' | tail -n 1)"
