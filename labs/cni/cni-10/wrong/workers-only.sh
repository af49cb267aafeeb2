#!/bin/bash
# "Pods run on the workers." And ipMasq, from the first example that one finds: for the plugin everything beyond its own range is
# outside, pods of the other nodes, too.
set -eu

kubectl get nodes -o json |
  jq -r '.items[] | [.spec.podCIDR, (.status.addresses[] | select(.type == "InternalIP").address)] | join(" ")' |
  while read -r range address; do
    if [ -z "$(ip -4 -o address show to "$address")" ]; then
      ip route replace "$range" via "$address"
      continue
    fi
    cat >"/etc/cni/net.d/10-$LAB_NETWORK.conflist" <<JSON
{
  "cniVersion": "1.0.0",
  "name": "$LAB_NETWORK",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "$LAB_BRIDGE",
      "isDefaultGateway": true,
      "ipMasq": true,
      "ipam": { "type": "host-local", "ranges": [[{ "subnet": "$range" }]] }
    }
  ]
}
JSON
  done
