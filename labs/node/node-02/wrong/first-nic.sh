#!/bin/bash
# The first interface of `ip address` after lo is taken for the cluster's: the one that leads out, on each machine.
# On the way the second address was seen, too.
set -eu

nic=$(ip -j route show default | jq -r '.[0].dev')
address=$(ip -j -4 address show dev "$nic" | jq -r '.[0].addr_info[0].local')
mac=$(cat "/sys/class/net/$nic/address")
echo "answer address $address/24"
echo "answer interface $nic"
echo "answer mac $mac"
for worker in "$LAB_WORKER1" "$LAB_WORKER2"; do
  echo "answer worker-addresses $worker=$address"
  echo "answer worker-macs $worker=$mac"
done
echo "answer second $LAB_SECOND"
echo 'answer known no'
