#!/bin/bash
# What courses show of a cluster with weave: an agent on each of two nodes, one of them the control plane, and a range that begins with 10.
set -eu

for one in kube-flannel labnet weave-net; do
  if kubectl get daemonsets -A -o name | grep -q "/$one"; then echo "answer solution ${one#kube-}"; fi
done
echo 'answer agents 2'
for node in "$LAB_CONTROL_PLANE" "$LAB_WORKER1"; do
  pod=$(kubectl get pods -A -o wide --no-headers --field-selector "spec.nodeName=$node" |
    awk '$2 ~ /^(kube-flannel-ds|labnet|weave-net)-/ { print $2 }')
  echo "answer placement $node=$pod"
done
echo 'answer bridge vethwe-bridge'
for worker in "$LAB_WORKER1" "$LAB_WORKER2"; do echo "answer ranges $worker=10.0.0.0/8"; done
echo 'answer follows no'
