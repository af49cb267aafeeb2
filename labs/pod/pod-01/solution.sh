#!/bin/bash
# A spread constraint that asks: with one node left, both pods would still run.
set -eu

kubectl apply -f - <<YAML
apiVersion: apps/v1
kind: Deployment
metadata: { name: $LAB_APP, namespace: pod-01, labels: { app: $LAB_APP } }
spec:
  replicas: 2
  selector: { matchLabels: { app: $LAB_APP } }
  template:
    metadata: { labels: { app: $LAB_APP } }
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: { matchLabels: { app: $LAB_APP } }
      containers:
        - name: nginx
          image: nginx
          imagePullPolicy: IfNotPresent
          ports: [{ containerPort: 80 }]
YAML
kubectl -n pod-01 rollout status deployment "$LAB_APP" --timeout=60s
