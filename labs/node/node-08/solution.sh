#!/bin/bash
# A new token, and the command that kubeadm prints for it.
set -eu

read -ra join <<<"$(kubeadm token create --ttl 2h --description "$LAB_LABEL" --print-join-command)"
# The cluster signs its address with the new token a moment later. A join that comes sooner looks again after 5 s only.
signature=jws-kubeconfig-$(grep -oP -- '--token \K[^.]+' <<<"${join[*]}")
until kubectl -n kube-public get configmap cluster-info -o yaml | grep -q "$signature"; do sleep 0.2; done
"${join[@]}"

kubectl wait --for=create "node/$LAB_WORKER2" --timeout=20s # a join ends before the kubelet has registered
kubectl wait --for=condition=Ready "node/$LAB_WORKER2" --timeout=60s
kubectl -n kube-flannel rollout status daemonset kube-flannel-ds --timeout=60s
kubectl -n kube-system rollout status daemonset kube-proxy --timeout=60s
for _ in {1..100}; do [ ! -s /run/flannel/subnet.env ] || break; sleep 0.2; done
# The agent has taken the range for its bridge, of which it gets the first address.
echo "answer range $(sed -nE 's/^FLANNEL_SUBNET=(.*)\.1\/(.*)$/\1.0\/\2/p' /run/flannel/subnet.env)"
