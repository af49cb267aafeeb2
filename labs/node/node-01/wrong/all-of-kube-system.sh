#!/bin/bash
# "Static" taken for "of the system": every pod of kube-system on the control plane, kube-proxy among them.
set -eu

echo "answer nodes $(kubectl get nodes -o name | wc -l)"
echo "answer control-plane $LAB_CONTROL_PLANE"
for node in "$LAB_CONTROL_PLANE" "$LAB_WORKER1" "$LAB_WORKER2"; do
  echo "answer hostnames $node=$node"
done
kubectl -n kube-system get pods --field-selector "spec.nodeName=$LAB_CONTROL_PLANE" --no-headers |
  awk '{ print "answer static-pods " $1 }'
echo 'answer directory /etc/kubernetes/manifests/'
kubectl -n node-01 get pods --no-headers -o wide | awk '{ print "answer stray " $1; print "answer stray-node " $7 }'
