#!/bin/bash
# undo: ends the pods of the learner's network; the namespace may go on its own.
set -eu

[ "$1" = undo ] || exit 0
kubectl delete namespace cni-10 --ignore-not-found --wait=false
kubectl -n kube-system scale deployment coredns --replicas=0
kubectl -n kube-system delete pods -l k8s-app=kube-dns --grace-period=1 --ignore-not-found --timeout=60s
kubectl -n cni-10 wait --for=delete pods --all --timeout=60s
