#!/bin/bash
# apply: a pod on each worker, whose cable can be followed.
set -eu

case $1 in
apply)
  kubectl apply --server-side -f - <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: ipam-02 }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: $LAB_GUEST, namespace: ipam-02 }
spec:
  selector: { matchLabels: { app: $LAB_GUEST } }
  template:
    metadata: { labels: { app: $LAB_GUEST } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - { name: idle, image: 'busybox:1.28', imagePullPolicy: IfNotPresent, command: [sleep, '1000000'] }
YAML
  kubectl -n ipam-02 rollout status daemonset "$LAB_GUEST" --timeout=25s
  ;;
undo)
  delete_namespace ipam-02
  ;;
esac
