#!/bin/bash
# The right idea with the wrong NIC: the option names the one that was chosen anyway.
set -eu

echo 'answer chosen-interface enp0s3'
echo 'answer chosen-address 10.0.2.15'
range=$(kubectl get node "$LAB_WORKER1" -o jsonpath='{.spec.podCIDR}')
echo "answer tunnel-source ${range%/*}"

kubectl -n kube-flannel patch daemonset kube-flannel-ds --type=json \
  -p '[{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "--iface=enp0s3"}]'
kubectl -n kube-flannel rollout status daemonset kube-flannel-ds --timeout=90s
sleep 3
