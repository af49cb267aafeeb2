#!/bin/bash
# Running and Ready only mean that a process exists; this one listens nowhere.
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
      terminationGracePeriodSeconds: 0
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: { matchLabels: { app: $LAB_APP } }
      containers:
        - { name: web, image: 'busybox:1.28', imagePullPolicy: IfNotPresent, command: [sleep, infinity] }
YAML
kubectl -n pod-01 rollout status deployment "$LAB_APP" --timeout=60s
