#!/bin/bash
# Runs once in a throw-away node: imports and unpacks every image into /var/lib/containerd.
# Argument: the folder with the OCI layout.
set -euo pipefail
containerd >/tmp/containerd.log 2>&1 &
pid=$!
for _ in $(seq 100); do
  ctr version >/dev/null 2>&1 && break
  sleep 0.1
done
tar -C "$1" -cf - . | ctr --namespace k8s.io images import --local --digests=false - || {
  cat /tmp/containerd.log >&2
  exit 1
}
ctr --namespace k8s.io images ls -q
kill -TERM "$pid"
wait "$pid" || true
# What containerd made for its own run is of no use in a clone.
rm -rf /var/lib/containerd/tmpmounts /var/lib/containerd/io.containerd.runtime.v2.task
