#!/bin/bash
# By address and from inside, where the checks read the specs.
set -eu

node=$(kubectl -n ctr-07 get pod "$LAB_PLAIN" -o jsonpath='{.spec.nodeName}')
kubectl get pods -A -o json | jq -r --arg node "$node" '
  .items[] | select(.spec.nodeName == $node and .status.podIP == .status.hostIP) | "answer on-host " + .metadata.name'
echo "answer address $(kubectl -n ctr-07 get pod "$LAB_PLAIN" -o jsonpath='{.status.hostIP}')"
for colour in $LAB_HOSTS; do
  name=$(kubectl -n ctr-07 exec "$colour-$LAB_SUFFIX" -- hostname)
done
echo "answer hostname $name"
kubectl -n kube-system get pods -o json |
  jq -r '.items[] | select(.status.podIP != .status.hostIP) | "answer own-address " + .metadata.name'
