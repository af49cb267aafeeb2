#!/bin/bash
set -eu

export CNI_PATH=/opt/cni/bin CNI_IFNAME=eth0
mkdir -p /root/cni-07
cat >/root/cni-07/network.json <<JSON
{
  "cniVersion": "1.1.0",
  "name": "$LAB_NETWORK",
  "type": "bridge",
  "bridge": "$LAB_BRIDGE",
  "isGateway": true,
  "ipam": {
    "type": "host-local",
    "ranges": [[{ "subnet": "$LAB_RANGE" }]],
    "routes": [{ "dst": "0.0.0.0/0" }]
  }
}
JSON

call() { # COMMAND NAME
  CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_NETNS=/run/netns/$2 "$CNI_PATH/bridge" </root/cni-07/network.json
}
for name in "$LAB_FIRST" "$LAB_SECOND"; do
  ip netns add "$name"
  call ADD "$name" >"/root/cni-07/$name.json"
done
call DEL "$LAB_SECOND"

# Without a command the program says what it is.
echo "answer version $("$CNI_PATH/bridge" 2>&1 </dev/null | grep -oE '[0-9]+\.[0-9]+\.[0-9]+$' | tail -n 1)"
