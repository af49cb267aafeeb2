#!/bin/bash
# apply: two pods on each worker; one of them begins its packets with another TTL than all others.
set -eu

# One pod: name, place, node, and what else its spec has.
pod() {
  cat <<YAML
---
apiVersion: v1
kind: Pod
metadata: { name: $1, namespace: pod-04, labels: { place: $2 } }
spec:
  nodeName: $3
  terminationGracePeriodSeconds: 0
  containers:
    - { name: tools, image: 'wbitt/network-multitool:latest', imagePullPolicy: IfNotPresent }
${4:-}
YAML
}

# The kernel keeps the TTL per network namespace, so that one container of a pod sets it for all of them.
ttl() {
  cat <<YAML
  initContainers:
    - name: settings
      image: busybox:1.28
      imagePullPolicy: IfNotPresent
      securityContext: { privileged: true }
      command: [sh, -c, 'echo $1 >/proc/sys/net/ipv4/ip_default_ttl']
YAML
}

case $1 in
apply)
  {
    echo '{ apiVersion: v1, kind: Namespace, metadata: { name: pod-04 } }'
    pod "$LAB_NEAR" near "$LAB_WORKER1"
    pod "$LAB_BESIDE" beside "$LAB_WORKER1"
    pod "$LAB_FAR" far "$LAB_WORKER2"
    pod "$LAB_ODD" odd "$LAB_WORKER2" "$(ttl "$LAB_START")"
  } | kubectl apply --server-side -f -
  kubectl -n pod-04 wait --for=condition=Ready pods --all --timeout=25s
  ;;
undo)
  # Pods first: a namespace that has to end them itself takes its time.
  kubectl -n pod-04 delete pods --all --timeout=40s
  delete_namespace pod-04
  ;;
esac
