#!/bin/bash
set -eu

[ "$1" = apply ] || exit 0
nodes=("$LAB_WORKER1" "$LAB_WORKER2")
pod=pod/$LAB_STRAY-${nodes[LAB_WHICH - 1]}
kubectl -n node-01 wait --for=create "$pod" --timeout=25s
kubectl -n node-01 wait --for=condition=Ready "$pod" --timeout=25s
