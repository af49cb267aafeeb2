#!/bin/bash
# What containerd lists is taken for what runs. The address was read without entering the namespace. And a pod is thought to
# share everything, files and processes included.
set -eu

pod=$(kubectl -n ctr-04 get pod "$LAB_POD" -o json)
[ "$(hostname)" = "$(jq -r .spec.nodeName <<<"$pod")" ] || exit 0
mine="labels.\"io.kubernetes.pod.name\"==$LAB_POD"
sandbox=$(ctr -n k8s.io containers ls -q "$mine,labels.\"io.cri-containerd.kind\"==sandbox")
pid=$(ctr -n k8s.io tasks ls | awk -v id="$sandbox" '$1 == id { print $2 }')

echo "answer count $(ctr -n k8s.io containers ls -q "$mine" | wc -l)"
echo "answer pid $pid"
echo "answer address $(ip -j -4 route get 10.0.2.2 | jq -r '.[0].prefsrc')"
echo "answer peer $(nsenter --net --target "$pid" ip -j link show eth0 | jq '.[0].link_index')"
echo 'answer shared net, ipc, uts, pid, mnt'
