#!/bin/bash
# The questions that the API and the pod answer; those of the node are answered there.
set -eu

echo "answer node $(kubectl -n pod-03 get pod "$LAB_POD" -o jsonpath='{.spec.nodeName}')"
echo "answer mtu $(kubectl -n pod-03 exec "$LAB_POD" -- cat /sys/class/net/eth0/mtu)"
