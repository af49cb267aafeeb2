#!/bin/bash
# apply: four pods that listen, two on each worker; one of them sends to a Service, behind which is one of the other worker.
set -eu

case $1 in
apply)
  trees=(alder birch maple willow)
  nodes=("$LAB_WORKER1" "$LAB_WORKER1" "$LAB_WORKER2" "$LAB_WORKER2")
  case $LAB_SENDER in alder | birch) others=(maple willow) ;; *) others=(alder birch) ;; esac
  receiver=${others[0]}
  if [ "$LAB_PEER" = second ]; then receiver=${others[1]}; fi

  kubectl apply --server-side -f - <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: cni-09 }
---
apiVersion: v1
kind: Service
metadata: { name: depot, namespace: cni-09 }
spec:
  selector: { tree: $receiver }
  ports: [{ port: $LAB_PORT, targetPort: $LAB_PORT, protocol: UDP }]
YAML
  depot=$(kubectl -n cni-09 get service depot -o jsonpath='{.spec.clusterIP}')
  # bash opens UDP by itself: a new socket, and so another source port, for each report.
  {
    cat <<YAML
apiVersion: v1
kind: ConfigMap
metadata: { name: template, namespace: cni-09 }
data:
  SENDER: $LAB_SENDER
  DEPOT: $depot
  PORT: '$LAB_PORT'
YAML
    for number in 0 1 2 3; do
      cat <<YAML
---
apiVersion: v1
kind: Pod
metadata: { name: ${trees[number]}, namespace: cni-09, labels: { tree: ${trees[number]} } }
spec:
  nodeName: ${nodes[number]}
  terminationGracePeriodSeconds: 0
  containers:
    - name: tree
      image: wbitt/network-multitool:latest
      imagePullPolicy: IfNotPresent
      envFrom: [{ configMapRef: { name: template } }]
      command:
        - bash
        - -c
        - |
          nc -l -u -k "\$PORT" >/dev/null &
          while sleep 0.4; do
            if [ "\$HOSTNAME" = "\$SENDER" ]; then echo report >"/dev/udp/\$DEPOT/\$PORT"; fi
          done 2>/dev/null
YAML
    done
  } | kubectl apply --server-side -f -
  kubectl -n cni-09 wait --for=condition=Ready pods --all --timeout=25s
  echo "fact sender $LAB_SENDER"
  echo "fact receiver $receiver"
  ;;
undo)
  # Pods first: a namespace that has to end them itself takes its time.
  kubectl -n cni-09 delete pods --all --timeout=40s
  delete_namespace cni-09
  ;;
esac
