#!/bin/bash
# From the cluster's side: the DaemonSet, besides kube-proxy and the guests, that has a pod on every node.
set -eu

read -r namespace agent < <(
  kubectl get daemonsets -A --no-headers | awk '$2 != "kube-proxy" && $1 != "ipam-02" { print $1, $2 }'
)
case $agent in
kube-flannel*) echo 'answer solution Flannel' ;;
*) echo "answer solution $agent" ;;
esac
echo "answer agents $(kubectl -n "$namespace" get daemonset "$agent" -o jsonpath='{.status.numberReady}')"
kubectl -n "$namespace" get pods -o jsonpath='{range .items[*]}{.spec.nodeName}={.metadata.name}{"\n"}{end}' |
  awk -v agent="$agent" 'index($0, "=" agent "-") { print "answer placement " $0 }'
