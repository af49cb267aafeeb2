#!/bin/bash
# `ip address` was typed on the control plane for all nodes; nobody looked at the workers.
set -eu

nic=$(ip -4 -o address show to "$LAB_CONTROL_PLANE_ADDRESS" | awk '{ print $2 }')
mac=$(cat "/sys/class/net/$nic/address")
echo "answer address $LAB_CONTROL_PLANE_ADDRESS"
echo "answer interface $nic:"
echo "answer mac $(tr a-f A-F <<<"${mac//:/-}")"
echo "answer worker-addresses $LAB_WORKER1=$LAB_WORKER1_ADDRESS $LAB_WORKER2=$LAB_WORKER2_ADDRESS"
echo "answer worker-macs $LAB_WORKER1=$mac $LAB_WORKER2=$mac"
