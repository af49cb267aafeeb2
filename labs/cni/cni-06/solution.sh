#!/bin/bash
# From the address of the pod that is not in the range of its node.
set -eu

for node in "$LAB_WORKER1" "$LAB_WORKER2"; do
  range=$(kubectl get node "$node" -o jsonpath='{.spec.podCIDR}')
  address=$(kubectl -n cni-06 get pod "probe-$node" -o jsonpath='{.status.podIP}')
  if [ "${address%.*}" != "${range%.*}" ]; then echo "answer range ${address%.*}.0/24"; fi
done
