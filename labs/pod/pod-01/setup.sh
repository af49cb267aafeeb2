#!/bin/bash
set -eu

case $1 in
apply)
  kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata: { name: pod-01 }
YAML
  ;;
undo)
  delete_namespace pod-01
  ;;
esac
