#!/bin/bash
# The course's trace of a cloud, where each pod has a route of its own: the node is a hop on the way to a neighbour, and hops
# are called by the nodes' own addresses.
set -eu

far=$(kubectl -n pod-04 get pod "$LAB_FAR" -o jsonpath='{.status.podIP}')
echo 'answer node-near 64'
echo 'answer node-far 63'
echo 'answer pod-beside 63'
echo 'answer pod-far 62'
echo "answer odd-start $LAB_START"
echo "answer hops $LAB_WORKER1_ADDRESS, $LAB_WORKER2_ADDRESS, $far"
echo 'answer least 3'
