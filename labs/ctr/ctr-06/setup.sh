#!/bin/bash
# apply: a pod of two containers. The first writes the number of its starts into a volume of the pod.
set -eu

nodes=("$LAB_WORKER1" "$LAB_WORKER2")

case $1 in
apply)
  kubectl apply --server-side -f - <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: ctr-06 }
---
apiVersion: v1
kind: Pod
metadata: { name: $LAB_NAME, namespace: ctr-06 }
spec:
  nodeName: ${nodes[LAB_WHICH - 1]}
  terminationGracePeriodSeconds: 0
  containers:
    - name: $LAB_APP
      image: nginx:latest
      imagePullPolicy: IfNotPresent
      command:
        - sh
        - -c
        - |
          echo started >>/state/starts
          text="$LAB_NAME, start number \$(grep -c . /state/starts)"
          server="server { listen 80; default_type text/plain; return 200 '\$text\n'; }"
          echo "pid /run/nginx.pid; events {} http { access_log off; \$server }" >/etc/nginx/nginx.conf
          exec nginx -g 'daemon off;'
      volumeMounts: [{ name: state, mountPath: /state }]
    - name: $LAB_SIDE
      image: busybox:1.28
      command: [sleep, '1000000']
  volumes: [{ name: state, emptyDir: {} }]
YAML
  kubectl -n ctr-06 wait --for=condition=Ready pod "$LAB_NAME" --timeout=25s
  ;;
undo)
  delete_namespace ctr-06
  ;;
esac
