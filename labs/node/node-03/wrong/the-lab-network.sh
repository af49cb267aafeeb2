#!/bin/bash
# The lab network is where the nodes live, so it is taken for the way out as well; and pods hang on the bridge.
set -eu

device=$(ip -j -4 route get "$LAB_WORKER1_ADDRESS" | jq -r '.[0].dev')
echo "answer gateway ${LAB_CONTROL_PLANE_ADDRESS%.*}.1"
echo "answer device $device"
echo "answer sources $LAB_CONTROL_PLANE=$LAB_CONTROL_PLANE_ADDRESS"
echo "answer sources $LAB_WORKER1=$LAB_WORKER1_ADDRESS"
echo "answer sources $LAB_WORKER2=$LAB_WORKER2_ADDRESS"
echo "answer cluster-device $device"
echo 'answer cluster-gateway no'
echo 'answer pod-device cni0'
echo "answer office $(ip -j route get "$LAB_OFFICE" | jq -r '.[0].gateway')"
echo "answer branch $(ip -j route get "$LAB_BRANCH" | jq -r '.[0].gateway')"
