#!/bin/bash
# apply: the pods that run already.
set -eu

workers=("$LAB_WORKER1" "$LAB_WORKER2")

case $1 in
apply)
  kubectl apply --server-side -f - <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: ipam-05 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: $LAB_APP, namespace: ipam-05 }
spec:
  replicas: $((LAB_TOTAL - 2))
  selector: { matchLabels: { app: $LAB_APP } }
  template:
    metadata: { labels: { app: $LAB_APP } }
    spec:
      nodeSelector: { kubernetes.io/hostname: ${workers[LAB_WHICH - 1]} }
      terminationGracePeriodSeconds: 0
      containers:
        - { name: app, image: 'busybox:1.28', imagePullPolicy: IfNotPresent, command: [sleep, '1000000'] }
YAML
  kubectl -n ipam-05 rollout status deployment "$LAB_APP" --timeout=30s
  ;;
undo) ;; # setup.prove.sh deletes the namespace
esac
