#!/bin/bash
# undo runs first: pods must be gone while the plugin that connected them can still disconnect them.
set -eu

[ "$1" = undo ] || exit 0
delete_namespace cni-02
kubectl -n kube-system scale deployment coredns --replicas=0
kubectl -n kube-system wait --for=delete pod -l k8s-app=kube-dns --timeout=60s
for manifest in flannel.yml flannel_fix.yml; do
  kubectl delete -f "/vagrant/manifests/cni/flannel/$manifest" --ignore-not-found --timeout=60s
done
