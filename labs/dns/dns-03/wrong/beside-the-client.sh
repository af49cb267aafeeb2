#!/bin/bash
# Everything is made where the client is: there the short name works, so the namespace seems not to matter.
set -eu

kubectl create namespace "$LAB_NAMESPACE"
kubectl -n dns-03 run web --image=nginx:latest --image-pull-policy=IfNotPresent
kubectl -n dns-03 expose pod web --name="$LAB_SERVICE" --port="$LAB_PORT" --target-port=80
kubectl -n dns-03 wait --for=condition=Ready pod/web --timeout=30s
echo "answer name $LAB_SERVICE.$LAB_NAMESPACE.svc.$LAB_DNS_DOMAIN"
echo "answer address $(kubectl -n dns-03 get service "$LAB_SERVICE" -o jsonpath='{.spec.clusterIP}')"
