#!/bin/bash
# The checks read the pod's interface and ask the servers from outside; here the API and the pod itself are asked.
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
# Rule 3: between pods, and towards the own node, others see what the pod has.
echo "answer own $own"
echo "answer pod-to-pod $own"
echo "answer pod-to-own-node $own"
seen=$(kubectl -n pod-02 exec "$LAB_PROBE" -- curl -s --max-time 3 "http://$LAB_WORKER2_ADDRESS:$LAB_PORT/")
echo "answer pod-to-other-node ${seen#client: }"
