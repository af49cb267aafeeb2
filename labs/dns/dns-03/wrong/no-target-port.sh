#!/bin/bash
# --target-port is left out: then it equals the service's port, where nginx does not listen.
set -eu

kubectl create namespace "$LAB_NAMESPACE"
kubectl -n "$LAB_NAMESPACE" wait --for=create serviceaccount/default --timeout=20s
kubectl -n "$LAB_NAMESPACE" run nginx --image=nginx:latest --image-pull-policy=IfNotPresent
kubectl -n "$LAB_NAMESPACE" expose pod nginx --name="$LAB_SERVICE" --port="$LAB_PORT"
kubectl -n "$LAB_NAMESPACE" wait --for=condition=Ready pod/nginx --timeout=30s
echo "answer name $LAB_SERVICE.$LAB_NAMESPACE.svc.$LAB_DNS_DOMAIN"
echo "answer address $(kubectl -n "$LAB_NAMESPACE" get service "$LAB_SERVICE" -o jsonpath='{.spec.clusterIP}')"
