#!/bin/bash
# The new network is applied while the old one is still there; the pods start anew, and all of them run.
set -eu

kubectl apply --server-side -f /vagrant/manifests/cni/labnet/labnet.yml
kubectl -n cni-11 delete pods --all
kubectl -n cni-11 rollout status daemonset net-probe --timeout=60s
