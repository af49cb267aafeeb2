#!/bin/bash
# apply: a pod on each worker.
set -eu

workers=("$LAB_WORKER1" "$LAB_WORKER2")

pod() {
  cat <<YAML
---
apiVersion: v1
kind: Pod
metadata: { name: $1, namespace: ipam-03, labels: { app: resident } }
spec:
  nodeName: $2
  terminationGracePeriodSeconds: 0
  containers:
    - { name: idle, image: 'busybox:1.28', imagePullPolicy: IfNotPresent, command: [sleep, '1000000'] }
YAML
}

case $1 in
apply)
  # In mode vpc, labnet has no bridge, and an address that nobody owns as gateway.
  if [ -e /etc/cni/net.d/10-labnet.conflist ] && ! ip link show labnet0 >/dev/null; then
    echo 'this exercise is about a pod network with a bridge; labnet runs in another mode, see lab.yaml' >&2
    exit 1
  fi
  kubectl create namespace ipam-03 --dry-run=client -o yaml | kubectl apply -f -
  kubectl -n ipam-03 wait --for=create serviceaccount/default --timeout=20s
  { pod near "${workers[LAB_WHICH - 1]}" && pod far "${workers[2 - LAB_WHICH]}"; } | kubectl apply -f -
  kubectl -n ipam-03 wait --for=condition=Ready pod/near pod/far --timeout=25s
  ;;
undo)
  # A learner's pod may want 30 s.
  kubectl -n ipam-03 delete pods --all --grace-period=1 --wait=false
  delete_namespace ipam-03
  ;;
esac
