#!/bin/bash
# A manifest on the disk of one worker; its kubelet does the rest.
set -eu

addresses=("$LAB_WORKER1_ADDRESS" "$LAB_WORKER2_ADDRESS")
ip -4 -o address show | grep -qF " ${addresses[LAB_WHICH - 1]}/" || exit 0

folder=/etc/kubernetes/manifests
file=$folder/$LAB_STRAY.yaml
manifest="apiVersion: v1
kind: Pod
metadata: { name: $LAB_STRAY, namespace: node-01, labels: { app: $LAB_STRAY } }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: $LAB_STRAY
      image: busybox:1.28
      command: [sleep, '1000000']"

case $1 in
apply)
  [ "$(cat "$file" 2>/dev/null)" != "$manifest" ] || exit 0
  # A kubelet whose folder is missing looks for it every second; it is not told of files that were there before.
  [ -d "$folder" ] || { mkdir -p "$folder" && sleep 2; }
  # In one step: the kubelet may read at any moment. It passes over names that begin with a dot.
  printf '%s\n' "$manifest" >"$folder/.$LAB_STRAY"
  mv "$folder/.$LAB_STRAY" "$file"
  ;;
undo)
  # The folder stays: a kubelet goes on watching the one that is gone, and would see a new one only every 20 s.
  rm -f "$file"
  ;;
esac
