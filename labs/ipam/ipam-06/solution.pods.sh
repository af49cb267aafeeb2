#!/bin/bash
# A new pod in the place of the one whose address is outside of its node's range.
set -eu

kubectl -n ipam-06 get pods -o json | jq -r '.items[] | "\(.metadata.name) \(.spec.nodeName) \(.status.podIP)"' |
  while read -r pod node address; do
    range=$(kubectl get node "$node" -o jsonpath='{.spec.podCIDR}')
    if [ "${address%.*}" != "${range%.*}" ]; then kubectl -n ipam-06 delete pod "$pod"; fi
  done
kubectl -n ipam-06 rollout status daemonset "$LAB_APP" --timeout=30s
