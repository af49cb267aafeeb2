#!/bin/bash
# apply: a pod on each worker, and proof that the one on the odd worker comes from the other network.
set -eu

names=("$LAB_WORKER1" "$LAB_WORKER2")
odd=probe-${names[LAB_WHICH - 1]}

pods() {
  # With its service account, which a controller makes a moment later: server-side, so that either may be first.
  cat <<'YAML'
apiVersion: v1
kind: Namespace
metadata: { name: cni-06 }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: default, namespace: cni-06 }
YAML
  for node in "${names[@]}"; do
    cat <<YAML
---
apiVersion: v1
kind: Pod
metadata: { name: probe-$node, namespace: cni-06, labels: { app: probe } }
spec:
  nodeName: $node
  terminationGracePeriodSeconds: 0
  containers:
    - { name: probe, image: 'wbitt/network-multitool:latest', imagePullPolicy: IfNotPresent }
YAML
  done
}

case $1 in
apply)
  # The runtime takes the new file within milliseconds; on a busy machine the first pod may be faster.
  for _ in 1 2; do
    pods | kubectl apply --server-side -f -
    kubectl -n cni-06 wait --for=condition=Ready pod --all --timeout=15s
    address=$(kubectl -n cni-06 get pod "$odd" -o jsonpath='{.status.podIP}')
    if [ "${address%.*}" = "${LAB_RANGE%.*}" ]; then exit 0; fi
    kubectl -n cni-06 delete pod "$odd"
  done
  echo "$odd has the address $address, which is not in $LAB_RANGE" >&2
  exit 1
  ;;
undo)
  # First the pods: a namespace that still has some is looked at again only seconds later.
  kubectl -n cni-06 delete pods --all --timeout=30s
  delete_namespace cni-06
  ;;
esac
