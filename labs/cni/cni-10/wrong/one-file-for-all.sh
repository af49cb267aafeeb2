#!/bin/bash
# The same file on every node, with the range of all pods. The bridge has an address, but nobody tells the pods to use it.
set -eu

cat >"/etc/cni/net.d/10-$LAB_NETWORK.conflist" <<JSON
{
  "cniVersion": "1.0.0",
  "name": "$LAB_NETWORK",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "$LAB_BRIDGE",
      "isGateway": true,
      "ipam": { "type": "host-local", "ranges": [[{ "subnet": "$LAB_POD_SUBNET" }]] }
    }
  ]
}
JSON
