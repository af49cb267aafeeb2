#!/bin/bash
# The address by which this node answers a pod of the other one is the source of its errors.
set -eu

near=$(kubectl -n pod-04 get pod "$LAB_NEAR" -o jsonpath='{.status.podIP}')
echo "answer hops $(ip -j route get "$near" | jq -r '.[0].prefsrc')"
