#!/bin/bash
# The course's explanation: NotReady because kube-dns is Pending. And the runtime's reason is taken for the kubelet's.
set -eu

echo 'answer reason NetworkPluginNotReady'
echo 'answer runtime-reason networkpluginnotready'
echo 'answer directory /etc/cni/net.d/'
echo 'answer taint node.kubernetes.io/not-ready:NoSchedule'
echo 'answer pending coredns'
echo "answer bound $LAB_FIRST $LAB_SECOND"
echo "answer runs $LAB_FIRST"
echo 'answer order pending, condition, taint, config'
