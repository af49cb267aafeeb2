#!/bin/bash
# Placed on the other worker.
set -eu

cat <<YAML | kubectl apply -f -
apiVersion: v1
kind: Pod
metadata: { name: $LAB_PROBE, namespace: pod-02 }
spec:
  nodeName: $LAB_WORKER2
  terminationGracePeriodSeconds: 0
  containers:
    - { name: probe, image: 'wbitt/network-multitool:latest', imagePullPolicy: IfNotPresent }
YAML
kubectl -n pod-02 wait --for=condition=Ready "pod/$LAB_PROBE" --timeout=30s
