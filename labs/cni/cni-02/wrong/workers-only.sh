#!/bin/bash
# "No ordinary pod runs on the control plane, so it needs no agent": then its node never gets Ready,
# and the cluster's DNS, which has its place there, never starts.
set -eu

kubectl create -f /vagrant/manifests/cni/flannel/flannel_fix.yml --dry-run=client -o json |
  jq 'if .kind == "DaemonSet" then
      .spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms =
        [{ matchExpressions: [{ key: "node-role.kubernetes.io/control-plane", operator: "DoesNotExist" }] }]
    else . end' |
  kubectl apply -f -
kubectl -n kube-flannel rollout status daemonset kube-flannel-ds --timeout=90s
kubectl wait --for=condition=Ready node -l '!node-role.kubernetes.io/control-plane' --timeout=60s
kubectl -n cni-02 rollout status daemonset net-probe --timeout=60s
