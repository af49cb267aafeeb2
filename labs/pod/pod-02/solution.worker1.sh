#!/bin/bash
# The kernel's own choice of the source address towards a pod on the other worker.
set -eu

server=$(kubectl -n pod-02 get pods -l app=echo --field-selector "spec.nodeName=$LAB_WORKER2" \
  -o jsonpath='{.items[0].status.podIP}')
echo "answer node-to-pod $(ip -j route get "$server" | jq -r '.[0].prefsrc')"
