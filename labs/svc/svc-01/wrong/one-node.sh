#!/bin/bash
# Takes one node's part for the whole pod range, and looks for overlaps by the digits only.
set -eu

echo "answer nodes $(ip -j -4 route show dev enp0s8 proto kernel scope link | jq -r '.[0].dst')"
echo "answer pods $(kubectl get node "$LAB_WORKER1" -o jsonpath='{.spec.podCIDR}')"
echo "answer services $(kubectl get servicecidr kubernetes -o jsonpath='{.spec.cidrs[0]}')"
echo "answer left-out $LAB_HOST_POD"
echo "answer overlap none"
