#!/bin/bash
# Nothing was captured: the course's source NAT, the Service's address as the goal, VXLAN's registered port, and the NIC's MAC.
set -eu

node_of() { kubectl -n cni-09 get pod "$1" -o jsonpath='{.status.hostIP}'; }
receiver=$(kubectl -n cni-09 get endpointslices -l kubernetes.io/service-name=depot \
  -o jsonpath='{.items[0].endpoints[0].targetRef.name}')

echo "answer outer-src $(node_of "$LAB_SENDER")"
echo "answer outer-dst $(node_of "$receiver")"
echo 'answer port 4789'
echo 'answer vni 1'
echo "answer inner-src $(node_of "$LAB_SENDER")"
echo "answer inner-dst $(kubectl -n cni-09 get service depot -o jsonpath='{.spec.clusterIP}')"
echo "answer inner-port $LAB_PORT"
ping -c 1 -W 2 "$(node_of "$receiver")" >/dev/null
echo "answer inner-mac $(ip neighbour show "$(node_of "$receiver")" | grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}')"
echo 'answer device cni0'
echo "answer sender $LAB_SENDER"
echo "answer receiver $receiver"
