#!/bin/bash
# The right diagnosis, and the pod made anew. The bridge keeps its address, and refuses the new pod.
set -eu

pods=$(kubectl -n ipam-06 get pods -o json)
twin=$(jq -r '[.items[].status.podIP] | group_by(.)[] | select(length > 1)[0]' <<<"$pods")
echo "answer twin $twin"
jq -r --arg ip "$twin" '.items[] | select(.status.podIP == $ip) | "\(.spec.nodeName) \(.metadata.name)"' <<<"$pods" |
  while read -r node pod; do
    echo "answer same-lease $node"
    range=$(kubectl get node "$node" -o jsonpath='{.spec.podCIDR}')
    if [ "${twin%.*}" != "${range%.*}" ]; then kubectl -n ipam-06 delete pod "$pod" </dev/null; fi
  done
