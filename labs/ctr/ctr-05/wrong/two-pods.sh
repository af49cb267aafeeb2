#!/bin/bash
# Each gets a pod of its own: no clash, and no localhost either.
set -eu

echo "answer which $LAB_SECOND"
kubectl -n ctr-05 get deployment "$LAB_APP" -o json |
  jq --arg name "$LAB_SECOND" '{
    apiVersion, kind,
    metadata: { name: (.metadata.name + "-" + $name), namespace: "ctr-05" },
    spec: (.spec | .selector.matchLabels.app = $name | .template.metadata.labels.app = $name
      | .template.spec.containers |= map(select(.name == $name)))
  }' | kubectl create -f -
kubectl -n ctr-05 patch deployment "$LAB_APP" --type=json --patch '[{
  "op": "remove", "path": "/spec/template/spec/containers/1" }]'
for name in "$LAB_APP" "$LAB_APP-$LAB_SECOND"; do
  kubectl -n ctr-05 rollout status deployment "$name" --timeout=30s
done
