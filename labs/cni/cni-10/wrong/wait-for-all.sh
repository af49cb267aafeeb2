#!/bin/bash
# All nodes are Ready, and all pods run; so all is well.
set -eu

kubectl wait --for=condition=Ready node --all --timeout=60s
kubectl -n cni-10 rollout status daemonset net-probe --timeout=60s
