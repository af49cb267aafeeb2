#!/bin/bash
# Four pods that differ in two settings: does it tolerate the taint, does it use the node's network.
set -eu

pod() { # NAME HOST_NETWORK TOLERATIONS
  cat <<YAML
---
apiVersion: v1
kind: Pod
metadata: { name: $1, namespace: cni-01, labels: { app: compare } }
spec:
  hostNetwork: $2
  tolerations: $3
  terminationGracePeriodSeconds: 0
  automountServiceAccountToken: false
  containers:
    - { name: sleep, image: 'busybox:1.28', command: [sleep, '1000000'] }
YAML
}

case $1 in
apply)
  tolerates='[{ key: node.kubernetes.io/not-ready, operator: Exists }]'
  {
    # With its service account, which a controller makes a moment later: server-side, so that either may be first.
    cat <<'YAML'
apiVersion: v1
kind: Namespace
metadata: { name: cni-01 }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: default, namespace: cni-01 }
YAML
    pod "$LAB_FIRST" true "$tolerates"
    pod "$LAB_SECOND" false "$tolerates"
    pod "$LAB_THIRD" false '[]'
    pod "$LAB_FOURTH" true '[]'
  } | kubectl apply --server-side -f -
  kubectl -n cni-01 wait --for=condition=Ready "pod/$LAB_FIRST" --timeout=25s
  kubectl -n cni-01 wait --for=condition=PodScheduled "pod/$LAB_SECOND" --timeout=10s
  kubectl -n cni-01 wait --for=condition=PodScheduled=False "pod/$LAB_THIRD" "pod/$LAB_FOURTH" --timeout=10s
  ;;
undo)
  delete_namespace cni-01
  ;;
esac
