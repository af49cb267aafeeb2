#!/bin/bash
# Instead of DEL, the interface is deleted: the cable is gone at both ends, and the address is lost for ever.
set -eu

export CNI_PATH=/opt/cni/bin CNI_IFNAME=eth0
mkdir -p /root/cni-07
for name in "$LAB_FIRST" "$LAB_SECOND"; do
  ip netns add "$name"
  CNI_COMMAND=ADD CNI_CONTAINERID=$name CNI_NETNS=/run/netns/$name /opt/cni/bin/bridge >"/root/cni-07/$name.json" <<JSON
{ "cniVersion": "0.4.0", "name": "$LAB_NETWORK", "type": "bridge", "bridge": "$LAB_BRIDGE", "isGateway": true,
  "ipam": { "type": "host-local", "subnet": "$LAB_RANGE" } }
JSON
done
ip -n "$LAB_SECOND" link delete eth0
echo 'answer version 0.4.0'
