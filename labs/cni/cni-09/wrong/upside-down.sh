#!/bin/bash
# The inner packet is believed to carry the outer one, the port is given for the number of the network, and the pod whose packets
# are refused is taken for the sender.
set -eu

receiver=$(kubectl -n cni-09 get endpointslices -l kubernetes.io/service-name=depot \
  -o jsonpath='{.items[0].endpoints[0].targetRef.name}')
field() { kubectl -n cni-09 get pod "$1" -o jsonpath="{.status.$2}"; }

echo "answer outer-src $(field "$LAB_SENDER" podIP)"
echo "answer outer-dst $(field "$receiver" podIP)"
echo 'answer port 8472'
echo 'answer vni 8472'
echo "answer inner-src $(field "$LAB_SENDER" hostIP)"
echo "answer inner-dst $(field "$receiver" hostIP)"
echo "answer inner-port $LAB_PORT"
echo 'answer device flannel.1'
echo "answer sender $receiver"
echo "answer receiver $LAB_SENDER"
