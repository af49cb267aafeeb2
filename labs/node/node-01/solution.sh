#!/bin/bash
# Each value from another place than the grader's.
set -eu

echo "answer nodes $(kubectl get nodes --no-headers | wc -l)"
echo "answer control-plane $(kubectl get nodes --no-headers | awk '$3 ~ /control-plane/ { print $1 }')"
kubectl get nodes -o json |
  jq -r '.items[] | "answer hostnames \(.metadata.name)=\(.status.addresses[] | select(.type == "Hostname").address)"'

directory=$(kubectl get --raw "/api/v1/nodes/$LAB_CONTROL_PLANE/proxy/configz" | jq -r .kubeletconfig.staticPodPath)
echo "answer directory $directory"
for manifest in "$directory"/*.yaml; do
  echo "answer static-pods $(basename "$manifest" .yaml)"
done

kubectl get pods -A -o json | jq -r '
  .items[]
  | select(.metadata.annotations["kubernetes.io/config.source"] == "file" and .metadata.namespace != "kube-system")
  | "answer stray \(.metadata.name)", "answer stray-node \(.spec.nodeName)"'
