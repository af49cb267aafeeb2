#!/bin/bash
# Pods of other nodes are reached by the tunnel device, so it is taken for the node's interface. And an address
# that the machine answers for is believed to be known to the cluster.
set -eu

echo "answer address $LAB_CONTROL_PLANE_ADDRESS"
echo 'answer interface flannel.1'
echo 'answer mac 02:00:00:00:00:01'
for worker in "$LAB_WORKER1=$LAB_WORKER1_ADDRESS" "$LAB_WORKER2=$LAB_WORKER2_ADDRESS"; do
  address=${worker#*=}
  ping -c 1 -W 2 "$address" >/dev/null
  mac=$(ip neighbour show "$address" | grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}')
  echo "answer worker-addresses $worker"
  echo "answer worker-macs ${worker%%=*}=$mac"
done
echo "answer second $LAB_SECOND"
echo 'answer known yes'
