#!/bin/bash
# The default number of replicas.
set -eu

kubectl -n pod-01 create deployment "$LAB_APP" --image=nginx --dry-run=client -o yaml |
  sed 's/image: nginx/&\n        imagePullPolicy: IfNotPresent/' |
  kubectl apply -f -
kubectl -n pod-01 rollout status deployment "$LAB_APP" --timeout=60s
