#!/bin/bash
# Counts bridges and both ends of the tunnel as hops, and takes the TTL that is seen for the one that was sent.
set -eu

far=$(kubectl -n pod-04 get pod "$LAB_FAR" -o jsonpath='{.status.podIP}')
echo 'answer node-near 63'
echo 'answer node-far 61'
echo 'answer pod-beside 64'
echo 'answer pod-far 60'
odd=$(kubectl -n pod-04 get pod "$LAB_ODD" -o jsonpath='{.status.podIP}')
seen=$(kubectl -n pod-04 exec "$LAB_NEAR" -- ping -c 1 -W 2 "$odd" | grep -oE 'ttl=[0-9]+' | cut -d = -f 2)
echo "answer odd-start $seen"
echo "answer hops $LAB_WORKER1_ADDRESS, $LAB_WORKER2_ADDRESS, $far"
echo 'answer least 5'
