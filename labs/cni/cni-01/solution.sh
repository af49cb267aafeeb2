#!/bin/bash
# From the texts that a person reads; the order is explained in the debrief.
set -eu

node=$(kubectl describe node "$LAB_WORKER1")
echo "answer reason $(grep -E '^ +Ready +False' <<<"$node" | grep -oE 'Kubelet[A-Za-z]+' | head -n 1)"
echo "answer runtime-reason $(grep -oE 'reason:[A-Za-z]+' <<<"$node" | head -n 1 | cut -d : -f 2)"
echo "answer taint $(awk '$1 == "Taints:" { print $2 }' <<<"$node")"

echo "answer directory $(containerd config default | awk -F "['\"]" '/ conf_dir = / { print $2 }')"

kubectl -n kube-system get pods --no-headers | awk '$3 == "Pending" { print "answer pending " $1 }'
kubectl -n cni-01 get pods -o wide --no-headers | awk '
  $7 != "<none>" { print "answer bound " $1 }
  $3 == "Running" { print "answer runs " $1 }'
echo 'answer order config, condition, taint, pending'
