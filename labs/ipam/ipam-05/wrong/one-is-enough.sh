#!/bin/bash
set -eu

kubectl -n ipam-05 delete pods -l "app=$LAB_NEXT"
kubectl -n ipam-05 wait --for=jsonpath='{.status.readyReplicas}'=1 deployment "$LAB_NEXT" --timeout=30s
