#!/bin/bash
# The pods were judged by hostNetwork alone, kube-proxy is thought to need the pod network, and the taint of the
# control plane is taken for the one of the worker.
set -eu

echo 'answer reason KubeletNotReady'
echo 'answer runtime-reason NetworkPluginNotReady'
echo 'answer directory /etc/cni/net.d'
echo 'answer taint node-role.kubernetes.io/control-plane'
echo 'answer pending coredns, kube-proxy'
echo "answer bound $LAB_FIRST, $LAB_SECOND"
echo "answer runs $LAB_FOURTH"
echo 'answer order config, condition, taint, pending'
