#!/bin/bash
set -eu

echo "answer culprit $LAB_CONTROL_PLANE"
kubectl -n ipam-06 delete pods --all
kubectl -n ipam-06 rollout status daemonset "$LAB_APP" --timeout=30s
