#!/bin/bash
# apply: four pods that have something of the node, two of them its network, and an ordinary one.
set -eu

nodes=("$LAB_WORKER1" "$LAB_WORKER2")
node=${nodes[LAB_WHICH - 1]}

pod() {
  cat <<YAML
---
apiVersion: v1
kind: Pod
metadata: { name: $1, namespace: ctr-07 }
spec:
  nodeName: $node
  terminationGracePeriodSeconds: 0
  $2
  containers:
    - { name: idle, image: 'busybox:1.28', command: [sleep, '1000000']$3 }
YAML
}

pods() {
  local other='hostPID: true' # for the first that has not the network, then the next
  for colour in amber blue green red; do
    case " $LAB_HOSTS " in
    *" $colour "*) pod "$colour-$LAB_SUFFIX" 'hostNetwork: true' '' ;;
    *)
      pod "$colour-$LAB_SUFFIX" "$other" ''
      other='hostIPC: true'
      ;;
    esac
  done
  pod "$LAB_PLAIN" 'hostNetwork: false' ''
}

case $1 in
apply)
  {
    echo '{ apiVersion: v1, kind: Namespace, metadata: { name: ctr-07 } }'
    pods
  } | kubectl apply --server-side -f -
  kubectl -n ctr-07 wait --for=condition=Ready pod --all --timeout=25s
  ;;
undo)
  delete_namespace ctr-07
  ;;
esac
