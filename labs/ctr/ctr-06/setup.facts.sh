#!/bin/bash
# apply: what the pod is like at the start, from the node where it runs.
set -eu

[ "$1" = apply ] || exit 0 # undo: nothing to do here
pod=$(kubectl -n ctr-06 get pod "$LAB_NAME" -o json)
[ "$(hostname)" = "$(jq -r .spec.nodeName <<<"$pod")" ] || exit 0
uid=$(jq -r .metadata.uid <<<"$pod")

sandbox=$(ctr -n k8s.io containers ls -q "labels.\"io.cri-containerd.kind\"==sandbox,labels.\"io.kubernetes.pod.uid\"==$uid")
pid=$(ctr -n k8s.io tasks ls | awk -v id="$sandbox" '$1 == id { print $2 }')
link=$(nsenter --net --target "$pid" ip -j link show dev eth0)

echo "fact uid $uid"
echo "fact address $(jq -r .status.podIP <<<"$pod")"
echo "fact sandbox $sandbox"
echo "fact mac $(jq -r '.[0].address' <<<"$link")"
echo "fact peer $(jq -r '.[0].link_index' <<<"$link")"
