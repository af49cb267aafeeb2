#!/bin/bash
# The service is made where the client is; its selector looks for pods in that namespace, and the pod is in another.
set -eu

kubectl create namespace "$LAB_NAMESPACE"
kubectl -n "$LAB_NAMESPACE" wait --for=create serviceaccount/default --timeout=20s
kubectl -n "$LAB_NAMESPACE" run web --image=nginx:latest --image-pull-policy=IfNotPresent
kubectl -n dns-03 create service clusterip "$LAB_SERVICE" --tcp="$LAB_PORT:80"
kubectl -n "$LAB_NAMESPACE" wait --for=condition=Ready pod/web --timeout=30s
echo "answer name $LAB_SERVICE.dns-03.svc.$LAB_DNS_DOMAIN"
echo "answer address $(kubectl -n "$LAB_NAMESPACE" get pod web -o jsonpath='{.status.podIP}')"
