#!/bin/bash
# apply: two servers in one pod that want the same port; waits until one of them has failed.
set -eu

last() {
  kubectl -n ctr-05 get pods -l "app=$LAB_APP" \
    -o jsonpath="{.items[*].status.containerStatuses[?(@.name==\"$1\")].lastState.terminated.exitCode}"
}

case $1 in
apply)
  # The second one begins a moment later, so that it is always the same that finds the port taken.
  kubectl apply --server-side --force-conflicts -f - <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: ctr-05 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: $LAB_APP, namespace: ctr-05 }
spec:
  replicas: 1
  strategy: { type: Recreate }
  selector: { matchLabels: { app: $LAB_APP } }
  template:
    metadata: { labels: { app: $LAB_APP } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: $LAB_FIRST
          image: busybox:1.28
          command:
            - sh
            - -c
            - mkdir /www; echo $LAB_FIRST >/www/index.html; exec httpd -f -p 80 -h /www
          ports: [{ containerPort: 80 }]
        - name: $LAB_SECOND
          image: busybox:1.28
          command:
            - sh
            - -c
            - sleep 1; mkdir /www; echo $LAB_SECOND >/www/index.html; exec httpd -f -p 80 -h /www
          ports: [{ containerPort: 80 }]
YAML
  for _ in $(seq 80); do
    if [ -n "$(last "$LAB_SECOND")" ] && [ -z "$(last "$LAB_FIRST")" ]; then
      echo "fact crashing $LAB_SECOND"
      exit 0
    fi
    sleep 0.3
  done
  echo "the fault does not show: $LAB_SECOND should fail while $LAB_FIRST runs" >&2
  exit 1
  ;;
undo)
  delete_namespace ctr-05
  ;;
esac
