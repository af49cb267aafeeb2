#!/bin/bash
# What the pods show is reported: the bridge instead of the plugin that calls it, and "nodes" for their status.
set -eu

echo 'answer kinds namespaces, clusterroles, clusterrolebindings, serviceaccounts, configmaps, daemonsets.apps'
echo "answer network $LAB_POD_SUBNET"
echo "answer handed-out $LAB_POD_SUBNET"
echo 'answer backend "vxlan"'
echo 'answer plugins bridge, portmap'
echo 'answer file /etc/cni/net.d/10-flannel.conflist'
echo 'answer writes nodes'
for worker in "$LAB_WORKER1" "$LAB_WORKER2"; do
  mac=$(kubectl get node "$worker" -o yaml | grep -oE 'VtepMAC":"[^"]+' | cut -d '"' -f 3)
  echo "answer vteps $worker=${mac//:/-}"
done
