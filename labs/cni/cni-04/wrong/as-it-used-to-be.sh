#!/bin/bash
# "remote", the answer of old texts, from a flag that is believed to exist; the unit is read, the running kubelets are not.
set -eu

echo 'answer runtime remote'
echo "answer version $(kubectl get nodes -o jsonpath='{.items[0].status.nodeInfo.containerRuntimeVersion}')"
echo 'answer written /var/lib/kubelet/config.yaml'
for node in "$LAB_CONTROL_PLANE" "$LAB_WORKER1" "$LAB_WORKER2"; do
  echo "answer endpoints $node=unix:///var/run/dockershim.sock"
done
echo 'answer file /etc/systemd/system/kubelet.service'
echo 'answer old-flag yes'
