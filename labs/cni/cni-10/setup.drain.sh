#!/bin/bash
# undo: ends the pods of the learner's network. The namespace last: one that has to end pods itself takes its time.
set -eu

[ "$1" = undo ] || exit 0
kubectl -n kube-system scale deployment coredns --replicas=0
kubectl -n kube-system delete pods -l k8s-app=kube-dns --grace-period=1 --wait=false
kubectl -n cni-10 delete daemonset net-probe --ignore-not-found --cascade=foreground --timeout=60s
kubectl -n cni-10 delete pods --all --timeout=60s
kubectl delete namespace cni-10 --ignore-not-found --wait=false
kubectl -n kube-system wait --for=delete pods -l k8s-app=kube-dns --timeout=60s
