#!/bin/bash
# On the host network two servers cannot share port 80 of a node: that spreads them, but takes them off the pod network.
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
      hostNetwork: true
      containers:
        - name: nginx
          image: nginx
          imagePullPolicy: IfNotPresent
          ports: [{ containerPort: 80 }]
YAML
kubectl -n pod-01 rollout status deployment "$LAB_APP" --timeout=60s
