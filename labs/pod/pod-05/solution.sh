#!/bin/bash
# Inside the pod network nothing is translated: what a pod has is what others see.
set -eu

echo "answer inside $(kubectl -n pod-05 get pod caller-1 -o jsonpath='{.status.podIP}')"
echo 'answer block yes'
