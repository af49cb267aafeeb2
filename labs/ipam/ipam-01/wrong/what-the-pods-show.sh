#!/bin/bash
# Reads the list of pods instead of settings: the static pods' address gives the range of the control plane, three equal
# numbers the ranges of the workers. The senders are looked for among the pods of today, and parts are counted by hosts.
set -eu

echo "answer cluster-range $LAB_POD_SUBNET"
echo "answer node-ranges $LAB_CONTROL_PLANE=${LAB_CONTROL_PLANE_ADDRESS%.*}.0/24"
for node in "$LAB_WORKER1" "$LAB_WORKER2"; do
  range=$(kubectl get node "$node" -o jsonpath='{.spec.podCIDR}')
  echo "answer node-ranges $node=$range"
done
for _ in 1 2 3 4; do echo 'answer senders none'; done
echo 'answer most-nodes 254'
echo "answer planned-nodes $((1 << (LAB_MASK - LAB_PREFIX)))"
