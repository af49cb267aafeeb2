#!/bin/bash
# apply: two pods that are connected by flannel. undo: the last part, the cluster's DNS on flannel again.
set -eu

case $1 in
apply)
  if [ "$(wc -c </vagrant/manifests/cni/labnet/labnet.yml)" -lt 100000 ]; then
    echo 'the manifest of labnet in /vagrant is not complete: it lacks the text of the agent' >&2
    exit 1
  fi
  kubectl apply --server-side -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata: { name: cni-11 }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: net-probe, namespace: cni-11 }
spec:
  selector: { matchLabels: { app: net-probe } }
  template:
    metadata: { labels: { app: net-probe } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - { name: net-probe, image: 'wbitt/network-multitool:latest', imagePullPolicy: IfNotPresent }
YAML
  kubectl -n cni-11 rollout status daemonset net-probe --timeout=25s
  ;;
undo)
  kubectl wait --for=condition=Ready node --all --timeout=60s
  # Its pods are new already; what `kubectl rollout restart` has written goes.
  kubectl -n kube-system patch deployment coredns --type=merge --patch \
    '{ "spec": { "replicas": 2, "template": { "metadata": { "annotations": { "kubectl.kubernetes.io/restartedAt": null }}}}}'
  kubectl -n kube-system rollout status deployment coredns --timeout=60s
  kubectl wait --for=delete namespace cni-11 labnet --timeout=60s
  ;;
esac
