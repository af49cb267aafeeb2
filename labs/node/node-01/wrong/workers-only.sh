#!/bin/bash
# The control plane is not counted, and its pods' manifests are looked for beside the kubelet's own files.
set -eu

echo "answer nodes $(kubectl get nodes -o name -l '!node-role.kubernetes.io/control-plane' | wc -l)"
echo "answer control-plane $LAB_CONTROL_PLANE_ADDRESS"
for node in "$LAB_CONTROL_PLANE" "$LAB_WORKER1" "$LAB_WORKER2"; do
  echo "answer hostnames $node=$node"
done
echo 'answer static-pods etcd, kube-apiserver, kube-controller-manager, kube-scheduler'
echo 'answer directory /var/lib/kubelet'
echo "answer stray $LAB_STRAY"
echo "answer stray-node $LAB_CONTROL_PLANE"
