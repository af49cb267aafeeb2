#!/bin/bash
# The course's sentence that traffic between nodes gets the node's address. And the pod is guessed.
set -eu

echo "answer inside $LAB_WORKER1_ADDRESS"
echo "answer outside $LAB_WORKER1=$LAB_WORKER1_ADDRESS $LAB_WORKER2=$LAB_WORKER2_ADDRESS"
echo "answer node $LAB_WORKER1_ADDRESS"
echo 'answer block yes'
echo "answer culprit $LAB_CROWD-$((LAB_CULPRIT % 3 + 1))"
