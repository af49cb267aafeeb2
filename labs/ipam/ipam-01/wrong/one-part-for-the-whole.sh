#!/bin/bash
# The first node's part is taken for the whole, whoever has no node is given to the control plane, and the prefix is
# thought to be the number.
set -eu

echo "answer cluster-range $(kubectl get node "$LAB_CONTROL_PLANE" -o jsonpath='{.spec.podCIDR}')"
for node in "$LAB_CONTROL_PLANE" "$LAB_WORKER1" "$LAB_WORKER2"; do
  echo "answer node-ranges $node=$(kubectl get node "$node" -o jsonpath='{.spec.podCIDR}')"
done
for who in ${LAB_SENDERS//,/}; do
  case $who in
  worker1) echo "answer senders $LAB_WORKER1" ;;
  worker2) echo "answer senders $LAB_WORKER2" ;;
  *) echo "answer senders $LAB_CONTROL_PLANE" ;;
  esac
done
whole=${LAB_POD_SUBNET#*/}
part=$(kubectl get node "$LAB_CONTROL_PLANE" -o jsonpath='{.spec.podCIDR}')
echo "answer most-nodes $((1 << (${part#*/} - whole)))"
echo "answer planned-nodes $((LAB_MASK - LAB_PREFIX))"
