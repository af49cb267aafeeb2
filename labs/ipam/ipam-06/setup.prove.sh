#!/bin/bash
# apply: a pod on every node, two of them with the same address; then the symptom is proved.
# undo: everything goes at once.
set -eu

if [ "$1" = undo ]; then
  delete_namespace ipam-06
  exit 0
fi

case $LAB_VICTIM in
worker1) victim=$LAB_WORKER1 other=$LAB_WORKER2 ;;
*) victim=$LAB_WORKER2 other=$LAB_WORKER1 ;;
esac
case $LAB_SOURCE in
control-plane) source=$LAB_CONTROL_PLANE third=$other ;;
*) source=$other third=$LAB_CONTROL_PLANE ;;
esac

kubectl apply --server-side -f - <<YAML
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: $LAB_APP, namespace: ipam-06 }
spec:
  selector: { matchLabels: { app: $LAB_APP } }
  template:
    metadata: { labels: { app: $LAB_APP } }
    spec:
      tolerations: [{ operator: Exists }]
      terminationGracePeriodSeconds: 0
      containers:
        - { name: app, image: 'wbitt/network-multitool:latest', imagePullPolicy: IfNotPresent } # ends at once when told to
YAML
kubectl -n ipam-06 rollout status daemonset "$LAB_APP" --timeout=30s

declare -A pod address
pods=$(kubectl -n ipam-06 get pods -o jsonpath='{range .items[*]}{.spec.nodeName} {.metadata.name} {.status.podIP}{"\n"}{end}')
while read -r node name ip; do pod[$node]=$name address[$node]=$ip; done <<<"$pods"
pings() { kubectl -n ipam-06 exec "${pod[$1]}" -- ping -n -q -c 1 -W 1 "${address[$2]}" >/dev/null 2>&1; }

twin=${address[$source]}
if [ "${address[$victim]}" != "$twin" ] || ! pings "$source" "$third" || pings "$victim" "$third"; then
  echo "the fault does not show: the pod on $victim should have the address of the one on $source, and not reach the third" >&2
  echo "$pods" >&2
  exit 1
fi
echo "fact twin $twin"
echo "fact same $victim"
echo "fact same $source"
echo "fact culprit $victim"
