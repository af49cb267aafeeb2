#!/bin/bash
# The workers at least, and their pods.
set -eu

kubectl wait --for=condition=Ready node "$LAB_WORKER1" "$LAB_WORKER2" --timeout=60s
kubectl -n cni-10 rollout status daemonset net-probe --timeout=60s
