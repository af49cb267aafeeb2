#!/bin/bash
# apply: the pod in question, with a container that has ended, and an older one beside it that looks much the same.
set -eu

nodes=("$LAB_WORKER1" "$LAB_WORKER2")
node=${nodes[LAB_WHICH - 1]}

containers() {
  for number in $(seq "$1"); do
    echo "    - { name: part$number, image: 'busybox:1.28', command: [sleep, '1000000'] }"
  done
}

case $1 in
apply)
  kubectl apply --server-side -f - <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: ctr-04 }
---
apiVersion: v1
kind: Pod
metadata: { name: $LAB_POD, namespace: ctr-04 }
spec:
  nodeName: $node
  shareProcessNamespace: $LAB_SHARE
  terminationGracePeriodSeconds: 0
  initContainers:
    - { name: prepare, image: 'busybox:1.28', command: [sleep, '0'] }
  containers:
$(containers "$LAB_COUNT")
---
apiVersion: v1
kind: Pod
metadata: { name: $LAB_POD-old, namespace: ctr-04 }
spec:
  nodeName: $node
  terminationGracePeriodSeconds: 0
  containers:
$(containers 1)
YAML
  kubectl -n ctr-04 wait --for=condition=Ready pod "$LAB_POD" "$LAB_POD-old" --timeout=25s
  ;;
undo)
  delete_namespace ctr-04
  ;;
esac
