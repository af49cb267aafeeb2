#!/bin/bash
# One route for the whole range is found, so it is believed to hold for all of it.
set -eu

range=$(kubectl get node "$LAB_WORKER2" -o jsonpath='{.spec.podCIDR}')
kubectl get nodes -o json | jq -r '.items[] | "answer leases \(.metadata.name)=\(.spec.podCIDR)"'
echo "answer network $LAB_POD_SUBNET"
echo 'answer local cni0'
echo 'answer device flannel.1'
echo "answer gateway ${range%/*}"
echo "answer outer $LAB_WORKER2_ADDRESS"
echo "answer exception $range"
echo 'answer odd-device flannel.1'
echo "answer odd-gateway ${range%/*}"
