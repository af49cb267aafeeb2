#!/bin/bash
# Right about two pods, and the system's own are forgotten; the address is that of the other NIC; and only static pods are thought to be on
# the network of their node.
set -eu

node=$(kubectl -n ctr-07 get pod "$LAB_PLAIN" -o jsonpath='{.spec.nodeName}')
for colour in $LAB_HOSTS; do echo "answer on-host $colour-$LAB_SUFFIX"; done
echo 'answer address 10.0.2.15'
echo "answer hostname $node"
kubectl -n kube-system get pods -o json | jq -r '
  .items[] | select(.metadata.ownerReferences[0].kind != "Node") | "answer own-address " + .metadata.name'
