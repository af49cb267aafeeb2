#!/bin/bash
# New pods in the place of those that hang: the kubelet tries them at once.
set -eu

kubectl -n ipam-05 delete pods -l "app=$LAB_NEXT"
kubectl -n ipam-05 rollout status deployment "$LAB_NEXT" --timeout=30s
