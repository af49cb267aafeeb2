#!/bin/bash
# apply: the web servers, a test pod that shares one of their labels, and a client.
set -eu

case $1 in
apply)
  kubectl apply -f - <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: svc-02 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: $LAB_APP, namespace: svc-02, labels: { app: $LAB_APP } }
spec:
  replicas: $LAB_REPLICAS
  selector: { matchLabels: { app: $LAB_APP, tier: web } }
  template:
    metadata: { labels: { app: $LAB_APP, tier: web } }
    spec:
      containers:
        - name: web
          image: nginx:latest
          imagePullPolicy: IfNotPresent
          ports: [{ containerPort: 80 }]
---
apiVersion: v1
kind: Pod
metadata: { name: $LAB_APP-test, namespace: svc-02, labels: { app: $LAB_APP, tier: test } }
spec:
  containers:
    - { name: web, image: 'nginx:latest', imagePullPolicy: IfNotPresent }
---
apiVersion: v1
kind: Pod
metadata: { name: client, namespace: svc-02, labels: { app: client } }
spec:
  containers:
    - { name: client, image: 'wbitt/network-multitool:latest', imagePullPolicy: IfNotPresent }
YAML
  kubectl -n svc-02 rollout status deployment "$LAB_APP" --timeout=35s
  kubectl -n svc-02 wait --for=condition=Ready pod client "$LAB_APP-test" --timeout=35s
  ;;
undo)
  delete_namespace svc-02
  ;;
esac
