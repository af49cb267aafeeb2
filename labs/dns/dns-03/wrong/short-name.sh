#!/bin/bash
# Everything works, but what is written down is a name that works only behind the search list of the cluster's pods.
set -eu

kubectl create namespace "$LAB_NAMESPACE"
kubectl -n "$LAB_NAMESPACE" wait --for=create serviceaccount/default --timeout=20s
kubectl -n "$LAB_NAMESPACE" run web --image=nginx:latest --image-pull-policy=IfNotPresent
kubectl -n "$LAB_NAMESPACE" expose pod web --name="$LAB_SERVICE" --port="$LAB_PORT" --target-port=80
kubectl -n "$LAB_NAMESPACE" wait --for=condition=Ready pod/web --timeout=30s
kubectl -n dns-03 exec client -- curl -sf -o /dev/null --retry 9 --retry-all-errors --retry-delay 1 --max-time 2 \
  "http://$LAB_SERVICE.$LAB_NAMESPACE:$LAB_PORT/"
echo "answer name $LAB_SERVICE.$LAB_NAMESPACE"
echo "answer address $(kubectl -n "$LAB_NAMESPACE" get service "$LAB_SERVICE" -o jsonpath='{.spec.clusterIP}')"
