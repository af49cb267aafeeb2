#!/bin/bash
# The old table, believed. Only the port by which load balancers ask kube-proxy was looked up.
set -eu

echo 'answer apiserver 6443'
echo 'answer scheduler 10251'
echo 'answer controller-manager 10252'
echo 'answer etcd 2380'
echo 'answer kubelet 10250'
echo 'answer kube-proxy 10256'
echo 'answer inside 10251 10252'
echo 'answer worker 10250 10256'
