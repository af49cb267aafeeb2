#!/bin/bash
# Without leaving the control plane: ARP tells the MAC addresses of the neighbours.
set -eu

internal() { kubectl get nodes -o wide --no-headers "$1" | awk '{ print $6 }'; }

own=$(internal "$LAB_CONTROL_PLANE")
nic=$(ip -4 -o address show to "$own" | awk '{ print $2 }')
echo "answer address $own"
echo "answer interface $nic"
echo "answer mac $(cat "/sys/class/net/$nic/address")"

for worker in "$LAB_WORKER1" "$LAB_WORKER2"; do
  address=$(internal "$worker")
  ping -c 1 -W 2 "$address" >/dev/null
  mac=$(ip neighbour show "$address" dev "$nic" | grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}')
  echo "answer worker-addresses $worker=$address"
  echo "answer worker-macs $worker=$mac"
done
