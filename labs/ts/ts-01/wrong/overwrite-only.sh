#!/bin/bash
# The right diagnosis, and a cure for half of it: what is announced is right now, what the tunnel sends from is not.
set -eu

echo 'answer chosen-interface enp0s3'
echo 'answer chosen-address 10.0.2.15'
range=$(kubectl get node "$LAB_WORKER1" -o jsonpath='{.spec.podCIDR}')
echo "answer tunnel-source ${range%/*}"

for node in $(kubectl get nodes -o jsonpath='{.items[*].metadata.name}'); do
  address=$(kubectl get node "$node" -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address}')
  kubectl annotate node "$node" "flannel.alpha.coreos.com/public-ip-overwrite=$address"
done
kubectl -n kube-flannel delete pods -l app=flannel
kubectl -n kube-flannel rollout status daemonset kube-flannel-ds --timeout=60s
for _ in $(seq 30); do
  if ! kubectl get nodes -o yaml | grep -q 'public-ip: 10\.0\.2\.15'; then break; fi
  sleep 0.5
done
# Until each agent has heard of the others.
sleep 3
