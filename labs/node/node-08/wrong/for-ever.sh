#!/bin/bash
# A token without an end, and whoever answers is believed to be the cluster. The range is the one from before.
set -eu

token=$(kubeadm token create --ttl 0 --description "$LAB_LABEL")
until kubectl -n kube-public get configmap cluster-info -o yaml | grep -q "jws-kubeconfig-${token%.*}"; do sleep 0.2; done
kubeadm join "$LAB_CONTROL_PLANE_ADDRESS:6443" --token "$token" --discovery-token-unsafe-skip-ca-verification

kubectl wait --for=create "node/$LAB_WORKER2" --timeout=20s # a join ends before the kubelet has registered
kubectl wait --for=condition=Ready "node/$LAB_WORKER2" --timeout=60s
kubectl -n kube-flannel rollout status daemonset kube-flannel-ds --timeout=60s
kubectl -n kube-system rollout status daemonset kube-proxy --timeout=60s
echo "answer range $(jq -r .spec.podCIDR /var/lib/lab/node-08/node.json)"
