#!/bin/bash
# The ranges of the workers are mixed up, the part is taken for the whole, the tunnel for the switch, and the lab network for the way
# of all packets. The exception is found.
set -eu

range=$(kubectl get node "$LAB_WORKER2" -o jsonpath='{.spec.podCIDR}')
own=$(kubectl get node "$LAB_CONTROL_PLANE" -o jsonpath='{.spec.podCIDR}')
nic=$(ip -4 -o address show to "$LAB_CONTROL_PLANE_ADDRESS" | awk '{ print $2 }')
echo "answer leases $LAB_CONTROL_PLANE=$own"
echo "answer leases $LAB_WORKER1=$range"
echo "answer leases $LAB_WORKER2=$(kubectl get node "$LAB_WORKER1" -o jsonpath='{.spec.podCIDR}')"
echo "answer network $own"
echo 'answer local flannel.1'
echo "answer device $nic"
echo "answer gateway $LAB_WORKER2_ADDRESS"
echo 'answer outer 10.0.2.15'
echo "answer exception ${range%.*}.$((LAB_LAST / 16 * 16))/28"
echo "answer odd-device $nic"
echo "answer odd-gateway $LAB_WORKER2_ADDRESS"
