#!/bin/bash
# The kubelets tell it with their next report; what waits starts then.
set -eu

kubectl wait --for=condition=Ready node --all --timeout=60s
kubectl -n kube-system rollout status deployment coredns --timeout=60s
kubectl -n cni-10 rollout status daemonset net-probe --timeout=60s
