#!/bin/bash
# Runs once in a throw-away sandbox: unpacks every image into /var/lib/docker.
# /images is an OCI layout, /manifest.json tells Docker what is in it.
set -euo pipefail
dockerd --iptables=false --bridge=none >/tmp/dockerd.log 2>&1 &
pid=$!
for _ in $(seq 150); do
  docker version >/dev/null 2>&1 && break
  sleep 0.1
done
tar -cf - -C /images . -C / manifest.json | docker load || {
  tail -20 /tmp/dockerd.log >&2
  exit 1
}
kill -TERM "$pid"
wait "$pid" || true
