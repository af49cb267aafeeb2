#!/bin/bash
# The answers come from the DNS itself: the address by the name, the name by the address.
set -eu

kubectl create namespace "$LAB_NAMESPACE"
kubectl -n "$LAB_NAMESPACE" wait --for=create serviceaccount/default --timeout=20s
kubectl -n "$LAB_NAMESPACE" run web --image=nginx:latest --image-pull-policy=IfNotPresent --port=80
kubectl -n "$LAB_NAMESPACE" expose pod web --name="$LAB_SERVICE" --port="$LAB_PORT" --target-port=80
kubectl -n "$LAB_NAMESPACE" wait --for=condition=Ready pod/web --timeout=30s

in_client() { kubectl -n dns-03 exec client -- "$@"; }
# Until kube-proxy has written its rules on the client's node. Before that, the packet leaves the node by the default route,
# and whoever is there may well answer.
in_client curl -sf -o /dev/null --retry 9 --retry-all-errors --retry-delay 1 --max-time 2 \
  "http://$LAB_SERVICE.$LAB_NAMESPACE.svc.$LAB_DNS_DOMAIN:$LAB_PORT/"
address=$(in_client dig +short "$LAB_SERVICE.$LAB_NAMESPACE.svc.$LAB_DNS_DOMAIN.")
echo "answer address $address"
echo "answer name $(in_client dig +short -x "$address")"
