#!/bin/bash
# The file for this node's own range, and a route to the range of each other node.
set -eu

kubectl get nodes -o json |
  jq -r '.items[] | [.spec.podCIDR, (.status.addresses[] | select(.type == "InternalIP").address)] | join(" ")' |
  while read -r range address; do
    if [ -z "$(ip -4 -o address show to "$address")" ]; then
      ip route replace "$range" via "$address"
      continue
    fi
    # The runtime reads a file as soon as it is there, so it comes complete, under another name first.
    cat >"/etc/cni/net.d/10-$LAB_NETWORK.conflist.new" <<JSON
{
  "cniVersion": "1.0.0",
  "name": "$LAB_NETWORK",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "$LAB_BRIDGE",
      "isDefaultGateway": true,
      "hairpinMode": true,
      "ipam": { "type": "host-local", "ranges": [[{ "subnet": "$range" }]] }
    },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
JSON
    mv "/etc/cni/net.d/10-$LAB_NETWORK.conflist.new" "/etc/cni/net.d/10-$LAB_NETWORK.conflist"
  done
