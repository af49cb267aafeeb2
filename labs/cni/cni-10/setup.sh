#!/bin/bash
# apply: a DaemonSet whose pods wait for a pod network. undo: CoreDNS back to its two pods, once no node takes them.
set -eu

case $1 in
apply)
  kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata: { name: cni-10 }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: net-probe, namespace: cni-10, labels: { app: net-probe } }
spec:
  selector: { matchLabels: { app: net-probe } }
  template:
    metadata: { labels: { app: net-probe } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: net-probe
          image: wbitt/network-multitool:latest
          imagePullPolicy: IfNotPresent
YAML
  ;;
undo)
  kubectl wait --for=condition=Ready=False node --all --timeout=40s
  kubectl -n kube-system scale deployment coredns --replicas=2
  kubectl wait --for=delete namespace cni-10 --timeout=60s
  ;;
esac
