#!/bin/bash
# The evidence as the cluster shows it; then the agent of the node whose pods are outside of its range starts anew.
set -eu

pods=$(kubectl -n ipam-06 get pods -o json)
twin=$(jq -r '[.items[].status.podIP] | group_by(.)[] | select(length > 1)[0]' <<<"$pods")
echo "answer twin $twin"

for node in $(jq -r --arg ip "$twin" '.items[] | select(.status.podIP == $ip).spec.nodeName' <<<"$pods"); do
  echo "answer same-lease $node"
  range=$(kubectl get node "$node" -o jsonpath='{.spec.podCIDR}')
  if [ "${twin%.*}" != "${range%.*}" ]; then
    echo "answer culprit $node"
    echo "answer own-range $range"
    kubectl -n kube-flannel delete pod -l app=flannel --field-selector "spec.nodeName=$node" --timeout=30s
  fi
done
