#!/bin/bash
# The right tool, but nobody looked at the address that it wrote, nor at the rights of the file that was there.
set -eu

configuration=$(mktemp)
kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' >"$configuration"
kubeadm kubeconfig user --config "$configuration" --client-name "$LAB_PERSON" --org "$LAB_GROUP" >"/vagrant/$LAB_FILE"
rm "$configuration"
