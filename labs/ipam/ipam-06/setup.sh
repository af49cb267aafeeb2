#!/bin/bash
# First and last. apply: the namespace. undo: takes flannel's DaemonSet back if somebody has restarted it.
set -eu

case $1 in
apply)
  kubectl create namespace ipam-06 --dry-run=client -o yaml | kubectl apply -f -
  ;;
undo)
  daemonset=$(kubectl -n kube-flannel get daemonset kube-flannel-ds -o json)
  if jq -e '.spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]' <<<"$daemonset" >/dev/null; then
    kubectl -n kube-flannel patch daemonset kube-flannel-ds \
      -p '{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":null}}}}}'
  fi
  kubectl -n kube-flannel rollout status daemonset kube-flannel-ds --timeout=60s
  ;;
esac
