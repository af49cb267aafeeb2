#!/bin/bash
# Answers from the model's sentences instead of from the servers: a node calls as its own address, a pod is never translated.
set -eu

cat <<YAML | kubectl apply -f -
apiVersion: v1
kind: Pod
metadata: { name: $LAB_PROBE, namespace: pod-02 }
spec:
  nodeName: $LAB_WORKER1
  terminationGracePeriodSeconds: 0
  containers:
    - { name: probe, image: 'wbitt/network-multitool:latest', imagePullPolicy: IfNotPresent }
YAML
kubectl -n pod-02 wait --for=condition=Ready "pod/$LAB_PROBE" --timeout=30s

own=$(kubectl -n pod-02 get pod "$LAB_PROBE" -o jsonpath='{.status.podIP}')
for part in own pod-to-pod pod-to-own-node pod-to-other-node; do echo "answer $part $own"; done
echo "answer node-to-pod $LAB_WORKER1_ADDRESS"
