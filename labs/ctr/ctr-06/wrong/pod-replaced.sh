#!/bin/bash
# "Restart" as with a deployment: the pod is deleted and made again from what was saved of it.
set -eu

echo "answer ended $(kubectl -n ctr-06 get pod "$LAB_NAME" -o jsonpath='{.metadata.uid}')"
kubectl -n ctr-06 get pod "$LAB_NAME" -o json |
  jq 'del(.metadata.managedFields, .metadata.resourceVersion, .metadata.uid, .status)' |
  kubectl replace --force -f -
kubectl -n ctr-06 wait --for=condition=Ready "pod/$LAB_NAME" --timeout=30s
