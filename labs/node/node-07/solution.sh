#!/bin/bash
# kubeadm signs the certificate and writes the file; told the address, it writes the right one.
set -eu
umask 077

file=/vagrant/$LAB_FILE
configuration=$(mktemp)
{
  kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' | sed '/^controlPlaneEndpoint:/d'
  echo "controlPlaneEndpoint: $LAB_CONTROL_PLANE_ADDRESS:6443"
} >"$configuration"
rm "$file"
kubeadm kubeconfig user --config "$configuration" --client-name "$LAB_PERSON" --org "$LAB_GROUP" >"$file"
rm "$configuration"
kubectl config --kubeconfig "$file" rename-context "$LAB_PERSON@kubernetes" "$LAB_CONTEXT"
