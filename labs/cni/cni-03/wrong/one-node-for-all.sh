#!/bin/bash
# The lease of one node is taken for the network, and the path in the agent's pod for the path on the node.
set -eu

echo 'answer kinds ns, cr, crb, sa, cm, ds'
echo "answer network $LAB_POD_SUBNET"
echo "answer handed-out $(kubectl get node "$LAB_CONTROL_PLANE" -o jsonpath='{.spec.podCIDR}')"
echo 'answer backend VXLAN'
echo 'answer plugins flannel portmap'
echo 'answer file /etc/kube-flannel/cni-conf.json'
echo 'answer writes nodes/status'
for worker in "$LAB_WORKER1" "$LAB_WORKER2"; do
  mac=$(kubectl get node "$worker" -o yaml | grep -oE 'VtepMAC":"[^"]+' | cut -d '"' -f 3)
  echo "answer vteps $worker=$mac"
done
