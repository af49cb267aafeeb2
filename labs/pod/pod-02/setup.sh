#!/bin/bash
# apply: two servers on each worker that tell their callers' address, one of them on the network of the node.
set -eu

case $1 in
apply)
  kubectl apply -f - <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: pod-02 }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: echo, namespace: pod-02 }
data:
  nginx.conf: |
    pid /tmp/nginx.pid;
    events {}
    http {
      access_log off;
      server {
        listen $LAB_PORT;
        default_type text/plain;
        return 200 "client: \$remote_addr\n";
      }
    }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: echo, namespace: pod-02 }
spec:
  selector: { matchLabels: { app: echo } }
  template:
    metadata: { labels: { app: echo } }
    spec:
      containers:
        - name: echo
          image: nginx:latest
          imagePullPolicy: IfNotPresent
          command: [nginx, -c, /etc/echo/nginx.conf, -g, daemon off;]
          readinessProbe: { tcpSocket: { port: $LAB_PORT }, periodSeconds: 1 }
          volumeMounts: [{ name: configuration, mountPath: /etc/echo }]
      volumes: [{ name: configuration, configMap: { name: echo } }]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: node-echo, namespace: pod-02 }
spec:
  selector: { matchLabels: { app: node-echo } }
  template:
    metadata: { labels: { app: node-echo } }
    spec:
      hostNetwork: true
      containers:
        - name: echo
          image: nginx:latest
          imagePullPolicy: IfNotPresent
          command: [nginx, -c, /etc/echo/nginx.conf, -g, daemon off;]
          readinessProbe: { tcpSocket: { port: $LAB_PORT }, periodSeconds: 1 }
          volumeMounts: [{ name: configuration, mountPath: /etc/echo }]
      volumes: [{ name: configuration, configMap: { name: echo } }]
YAML
  for name in echo node-echo; do
    kubectl -n pod-02 rollout status daemonset "$name" --timeout=25s
  done
  ;;
undo)
  delete_namespace pod-02
  ;;
esac
