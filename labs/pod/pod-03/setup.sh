#!/bin/bash
# apply: the pod in question, and a crowd around it that looks the same from the node.
set -eu

case $1 in
apply)
  kubectl apply -f - <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: pod-03 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: neighbours, namespace: pod-03 }
spec:
  replicas: $LAB_NEIGHBOURS
  selector: { matchLabels: { app: neighbours } }
  template:
    metadata: { labels: { app: neighbours } }
    spec:
      containers:
        - { name: neighbour, image: 'nginx:latest', imagePullPolicy: IfNotPresent }
---
apiVersion: v1
kind: Pod
metadata: { name: $LAB_POD, namespace: pod-03, labels: { app: $LAB_POD } }
spec:
  containers:
    - { name: app, image: 'wbitt/network-multitool:latest', imagePullPolicy: IfNotPresent }
YAML
  kubectl -n pod-03 rollout status deployment neighbours --timeout=25s
  kubectl -n pod-03 wait --for=condition=Ready "pod/$LAB_POD" --timeout=25s
  ;;
undo)
  delete_namespace pod-03
  ;;
esac
