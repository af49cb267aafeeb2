#!/bin/bash
# The client from which names are looked up. Everything else is the learner's work; undo removes that, too.
set -eu

case $1 in
apply)
  # The namespace's service account is made by a controller, too: server-side, so that either may be first.
  kubectl apply --server-side -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata: { name: dns-03 }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: default, namespace: dns-03 }
---
apiVersion: v1
kind: Pod
metadata: { name: client, namespace: dns-03, labels: { app: client } }
spec:
  terminationGracePeriodSeconds: 0
  automountServiceAccountToken: false
  containers:
    - name: client
      image: wbitt/network-multitool:latest
      imagePullPolicy: IfNotPresent
YAML
  kubectl -n dns-03 wait --for=condition=Ready pod/client --timeout=18s
  ;;
undo)
  kubectl -n "$LAB_NAMESPACE" delete pods --all --grace-period=1 --wait=false
  delete_namespace dns-03 "$LAB_NAMESPACE"
  ;;
esac
