#!/bin/bash
# Looks from a pod on the network of the node: its table is the node's, and its gateway the one of the NAT NIC.
set -eu

kubectl apply -f - <<YAML
apiVersion: v1
kind: Pod
metadata: { name: $LAB_POD, namespace: ipam-03 }
spec:
  nodeName: $(kubectl -n ipam-03 get pod near -o jsonpath='{.spec.nodeName}')
  hostNetwork: true
  terminationGracePeriodSeconds: 0
  containers:
    - { name: $LAB_POD, image: 'busybox:1.28', imagePullPolicy: IfNotPresent, command: [sleep, '1000000'] }
YAML
kubectl -n ipam-03 wait --for=condition=Ready "pod/$LAB_POD" --timeout=30s

gateway=$(kubectl -n ipam-03 exec "$LAB_POD" -- ip route | awk '$1 == "default" { print $3 }')
for node in "$LAB_WORKER1" "$LAB_WORKER2"; do echo "answer gateways $node=$gateway"; done
echo 'answer owner enp0s3'
