#!/bin/bash
# The ports are right, but every line that names one was counted, listening sockets too, and remote addresses were not read.
set -eu

echo 'answer purpose client=2379 peer=2380 metrics=2381'
echo 'answer busier 2379'
echo "answer members $(ss -tan | grep -c ':2380 ')"
echo "answer program kube-apiserver-$LAB_CONTROL_PLANE"
echo "answer visitor $LAB_CONTROL_PLANE_ADDRESS"
echo 'answer visits 0'
