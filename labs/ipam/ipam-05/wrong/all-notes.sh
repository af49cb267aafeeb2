#!/bin/bash
# The pods that hang are made anew, and get addresses that others have.
set -eu

kubectl -n ipam-05 delete pods -l "app=$LAB_NEXT"
kubectl -n ipam-05 rollout status deployment "$LAB_NEXT" --timeout=30s
