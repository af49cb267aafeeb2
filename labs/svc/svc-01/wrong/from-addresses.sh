#!/bin/bash
# Derives the ranges from what is seen first: the first NIC, and addresses that begin alike.
set -eu

service=$(kubectl get service kubernetes -o jsonpath='{.spec.clusterIP}')
echo "answer nodes $(ip -j -4 route show dev enp0s3 proto kernel scope link | jq -r '.[0].dst')"
echo "answer pods $LAB_POD_SUBNET"
echo "answer services $(cut -d. -f1-2 <<<"$service").0.0/16"
echo "answer left-out red green blue"
echo "answer overlap none"
