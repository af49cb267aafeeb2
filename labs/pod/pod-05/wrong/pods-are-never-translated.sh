#!/bin/bash
# "Without NAT" is taken to hold everywhere; and the node is thought to call as it calls pods, by the first address of its range.
set -eu

address() { kubectl -n pod-05 get pod "$1" -o jsonpath='{.status.podIP}'; }

echo "answer inside $(address caller-1)"
echo "answer outside $LAB_WORKER1=$(address caller-1) $LAB_WORKER2=$(address caller-2)"
range=$(kubectl get node "$LAB_WORKER1" -o jsonpath='{.spec.podCIDR}')
echo "answer node ${range%/*}"
echo 'answer block no'
echo "answer culprit $LAB_CROWD-$LAB_CULPRIT"
