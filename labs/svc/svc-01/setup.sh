#!/bin/bash
# apply: three pods, one of them on the host network.
set -eu

pod() {
  local on_host=false
  if [ "$1" = "$LAB_HOST_POD" ]; then on_host=true; fi
  cat <<YAML
---
apiVersion: v1
kind: Pod
metadata: { name: $1, namespace: svc-01 }
spec:
  hostNetwork: $on_host
  terminationGracePeriodSeconds: 0
  containers:
    - { name: idle, image: 'busybox:1.28', imagePullPolicy: IfNotPresent, command: [sleep, infinity] }
YAML
}

case $1 in
apply)
  {
    cat <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: svc-01 }
YAML
    for name in red green blue; do pod "$name"; done
  } | kubectl apply -f -
  kubectl -n svc-01 wait --for=condition=Ready pod --all --timeout=20s
  ;;
undo)
  delete_namespace svc-01
  ;;
esac
