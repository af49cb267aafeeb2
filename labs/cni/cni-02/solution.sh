#!/bin/bash
# The manifest whose flanneld has --iface: peers are told the address on the lab network.
set -eu

kubectl apply -f /vagrant/manifests/cni/flannel/flannel_fix.yml
kubectl -n kube-flannel rollout status daemonset kube-flannel-ds --timeout=90s
kubectl wait --for=condition=Ready node --all --timeout=60s
kubectl -n kube-system rollout status deployment coredns --timeout=90s
kubectl -n cni-02 rollout status daemonset net-probe --timeout=60s
