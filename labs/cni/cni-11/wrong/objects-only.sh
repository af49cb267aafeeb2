#!/bin/bash
# The course's way: delete one manifest, see that its pods are gone, apply the next, deploy again. On the nodes everything is still
# there, and it even works.
set -eu

kubectl delete -f /vagrant/manifests/cni/flannel/flannel_fix.yml --wait=false
kubectl -n kube-flannel wait --for=delete pods --all --timeout=40s
kubectl apply --server-side -f /vagrant/manifests/cni/labnet/labnet.yml
kubectl -n cni-11 delete pods --all
kubectl -n cni-11 rollout status daemonset net-probe --timeout=60s
