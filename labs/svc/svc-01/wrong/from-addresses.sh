#!/bin/bash
# Derives the ranges from the addresses that can be seen, as the course did: everything that begins alike.
set -eu

nodes=$(cut -d. -f1-3 <<<"$LAB_CONTROL_PLANE_ADDRESS").0/24
service=$(kubectl get service kubernetes -o jsonpath='{.spec.clusterIP}')
echo "answer nodes $nodes"
echo "answer pods $LAB_POD_SUBNET"
echo "answer services $(cut -d. -f1-2 <<<"$service").0.0/16"
echo "answer left-out red green blue"
echo "answer overlap none"
