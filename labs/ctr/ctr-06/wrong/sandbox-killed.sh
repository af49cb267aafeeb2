#!/bin/bash
# On the node, the first process that was found of this pod is killed: it is the sandbox's, and with it goes everything.
set -eu

pod=$(kubectl -n ctr-06 get pod "$LAB_NAME" -o json)
[ "$(hostname)" = "$(jq -r .spec.nodeName <<<"$pod")" ] || exit 0
uid=$(jq -r .metadata.uid <<<"$pod")
sandbox=$(ctr -n k8s.io containers ls -q "labels.\"io.cri-containerd.kind\"==sandbox,labels.\"io.kubernetes.pod.uid\"==$uid")
echo "answer ended ${sandbox:0:12}"

ctr -n k8s.io tasks kill -s KILL "$sandbox"
for name in "$LAB_APP" "$LAB_SIDE"; do
  kubectl -n ctr-06 wait --for=jsonpath="{.status.containerStatuses[?(@.name==\"$name\")].restartCount}"=1 \
    "pod/$LAB_NAME" --timeout=30s
done
kubectl -n ctr-06 wait --for=condition=Ready "pod/$LAB_NAME" --timeout=30s
