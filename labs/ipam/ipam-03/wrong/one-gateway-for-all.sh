#!/bin/bash
# The right pod, and the idea of one router somewhere: the same for both workers, on the node's NIC, for every packet. The
# MAC address is the pod's own, from the first line of `ip link show eth0` that has one.
set -eu

kubectl apply -f - <<YAML
apiVersion: v1
kind: Pod
metadata: { name: $LAB_POD, namespace: ipam-03 }
spec:
  nodeName: $(kubectl -n ipam-03 get pod near -o jsonpath='{.spec.nodeName}')
  terminationGracePeriodSeconds: 0
  containers:
    - { name: $LAB_POD, image: 'wbitt/network-multitool:latest', imagePullPolicy: IfNotPresent }
YAML
kubectl -n ipam-03 wait --for=condition=Ready "pod/$LAB_POD" --timeout=30s

gateway=$(kubectl -n ipam-03 exec "$LAB_POD" -- ip route | awk '$1 == "default" { print $3 }')
for node in "$LAB_WORKER1" "$LAB_WORKER2"; do echo "answer gateways $node=$gateway"; done
echo 'answer owner enp0s8'
echo "answer mac $(kubectl -n ipam-03 exec "$LAB_POD" -- cat /sys/class/net/eth0/address)"
echo 'answer by-gateway near=yes far=yes'
