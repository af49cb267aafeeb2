#!/bin/bash
# undo: flannel again, as it was.
set -eu

[ "$1" = undo ] || exit 0
kubectl -n kube-system wait --for=delete pods -l k8s-app=kube-dns --timeout=60s
kubectl -n cni-11 wait --for=delete pods --all --timeout=60s
kubectl annotate nodes --all labnet/address-
if [ "$(kubectl get namespace kube-flannel --ignore-not-found -o jsonpath='{.status.phase}')" = Terminating ]; then
  kubectl wait --for=delete namespace kube-flannel --timeout=60s
fi
kubectl apply --server-side --force-conflicts -f /vagrant/manifests/cni/flannel/flannel_fix.yml
kubectl -n kube-flannel rollout status daemonset kube-flannel-ds --timeout=60s
