#!/bin/bash
# Pins the pods to a node: a rule about a node, not about the pods' distance from each other.
set -eu

kubectl apply -f - <<YAML
apiVersion: apps/v1
kind: Deployment
metadata: { name: $LAB_APP, namespace: pod-01 }
spec:
  replicas: 2
  selector: { matchLabels: { app: $LAB_APP } }
  template:
    metadata: { labels: { app: $LAB_APP } }
    spec:
      nodeSelector: { kubernetes.io/hostname: $LAB_WORKER1 }
      containers:
        - { name: nginx, image: nginx, imagePullPolicy: IfNotPresent }
YAML
kubectl -n pod-01 rollout status deployment "$LAB_APP" --timeout=60s
