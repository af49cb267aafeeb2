#!/bin/bash
# undo, first: no agent any more, and no pod on the network. That the DNS pods are gone is waited for later, since what they need for it
# may be missing on their node.
set -eu

[ "$1" = undo ] || exit 0
kubectl -n kube-system scale deployment coredns --replicas=0
kubectl -n kube-system delete pods -l k8s-app=kube-dns --grace-period=1 --ignore-not-found --wait=false
kubectl delete -f /vagrant/manifests/cni/labnet/labnet.yml --ignore-not-found --wait=false
kubectl -n cni-11 delete daemonset net-probe --ignore-not-found --cascade=foreground --timeout=40s
kubectl delete namespace cni-11 --ignore-not-found --wait=false
kubectl -n kube-flannel delete daemonset kube-flannel-ds --ignore-not-found --cascade=foreground --timeout=40s
kubectl -n labnet wait --for=delete pods --all --timeout=40s
