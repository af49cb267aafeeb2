#!/bin/bash
# The parts as the course counts them, the protocol that VXLAN uses for the backend, the MAC addresses of the NICs.
set -eu

echo 'answer kinds ClusterRole, ClusterRoleBinding, ServiceAccount, ConfigMap, DaemonSet'
echo "answer network $LAB_POD_SUBNET"
echo "answer handed-out $LAB_POD_SUBNET"
echo 'answer backend UDP'
echo 'answer plugins flannel, portmap'
echo 'answer file /etc/cni/net.d/10-flannel.conflist'
echo 'answer writes nodes/status'
for worker in "$LAB_WORKER1=$LAB_WORKER1_ADDRESS" "$LAB_WORKER2=$LAB_WORKER2_ADDRESS"; do
  address=${worker#*=}
  ping -c 1 -W 2 "$address" >/dev/null
  mac=$(ip neighbour show "$address" | grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}')
  echo "answer vteps ${worker%%=*}=$mac"
done
