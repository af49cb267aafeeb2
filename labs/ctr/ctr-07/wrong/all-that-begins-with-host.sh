#!/bin/bash
# Searched for "host" in the specs: processes and memory of the node are taken for its network. The name is expected to be the
# pod's, as always. And the namespace is called as the runtime calls the sandbox.
set -eu

node=$(kubectl -n ctr-07 get pod "$LAB_PLAIN" -o jsonpath='{.spec.nodeName}')
kubectl get pods -A -o json | jq -r --arg node "$node" '
  .items[] | select(.spec.nodeName == $node and (.spec | .hostNetwork or .hostPID or .hostIPC))
  | "answer on-host " + .metadata.namespace + "/" + .metadata.name'
echo "answer address $(kubectl get node "$node" -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address}')"
echo "answer hostname ${LAB_HOSTS% *}-$LAB_SUFFIX"
kubectl -n kube-system get pods -o json |
  jq -r '.items[] | select(.spec.hostNetwork != true) | "answer own-address " + .metadata.name'
echo "answer netns $LAB_PLAIN"
