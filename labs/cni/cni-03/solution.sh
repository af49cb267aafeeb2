#!/bin/bash
# The manifest as text, and what came of it on the nodes; the grader reads the objects.
set -eu

manifest=/vagrant/manifests/cni/flannel/flannel_fix.yml
sed -n 's/^kind: */answer kinds /p' "$manifest"
echo "answer network $(grep -oE '"Network": *"[^"]+"' "$manifest" | cut -d '"' -f 4)"
echo "answer handed-out $(kubectl -n kube-system get pod "kube-controller-manager-$LAB_CONTROL_PLANE" -o yaml |
  grep -oE 'cluster-cidr=[0-9./]+' | head -n 1 | cut -d = -f 2)"
echo "answer backend $(kubectl get node "$LAB_WORKER1" \
  -o jsonpath='{.metadata.annotations.flannel\.alpha\.coreos\.com/backend-type}')"

file=$(find /etc/cni/net.d -name '*flannel*')
echo "answer file $file"
jq -r '.plugins[].type | "answer plugins \(.)"' "$file"
echo "answer writes $(kubectl get clusterrole flannel -o json |
  jq -r '.rules[] | select(.verbs - ["get", "list", "watch"] != []) | .resources[]')"

# The device's own MAC address is in the tables of every other node.
for worker in "$LAB_WORKER1" "$LAB_WORKER2"; do
  range=$(kubectl get node "$worker" -o jsonpath='{.spec.podCIDR}')
  echo "answer vteps $worker=$(ip neighbour show "${range%/*}" dev flannel.1 | grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}')"
done
