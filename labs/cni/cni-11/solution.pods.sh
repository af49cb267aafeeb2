#!/bin/bash
# New pods instead of those that hang on cables to nowhere.
set -eu

kubectl -n labnet rollout status daemonset labnet --timeout=60s
kubectl wait --for=condition=Ready node --all --timeout=60s
kubectl -n cni-11 delete pods --all
kubectl -n kube-system delete pods -l k8s-app=kube-dns --grace-period=1
kubectl -n cni-11 rollout status daemonset net-probe --timeout=60s
kubectl -n kube-system rollout status deployment coredns --timeout=60s
