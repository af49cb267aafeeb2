#!/bin/bash
# `kubectl create service` selects app=NAME-OF-THE-SERVICE, and no pod has that label.
set -eu

kubectl create namespace "$LAB_NAMESPACE"
kubectl -n "$LAB_NAMESPACE" wait --for=create serviceaccount/default --timeout=20s
kubectl -n "$LAB_NAMESPACE" run "$LAB_APP" --image=nginx:latest --image-pull-policy=IfNotPresent
kubectl -n "$LAB_NAMESPACE" create service clusterip "$LAB_SERVICE" --tcp="$LAB_PORT:80"
kubectl -n "$LAB_NAMESPACE" wait --for=condition=Ready "pod/$LAB_APP" --timeout=30s
echo "answer name $LAB_SERVICE.$LAB_NAMESPACE.svc.$LAB_DNS_DOMAIN."
echo "answer address $(kubectl -n "$LAB_NAMESPACE" get service "$LAB_SERVICE" -o jsonpath='{.spec.clusterIP}')"
