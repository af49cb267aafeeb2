#!/bin/bash
# apply: the new pods, and the proof that they get no address. undo: everything goes at once.
set -eu

if [ "$1" = undo ]; then
  delete_namespace ipam-05
  exit 0
fi

workers=("$LAB_WORKER1" "$LAB_WORKER2")
node=${workers[LAB_WHICH - 1]}

kubectl apply --server-side -f - <<YAML
apiVersion: apps/v1
kind: Deployment
metadata: { name: $LAB_NEXT, namespace: ipam-05 }
spec:
  replicas: 2
  selector: { matchLabels: { app: $LAB_NEXT } }
  template:
    metadata: { labels: { app: $LAB_NEXT } }
    spec:
      nodeSelector: { kubernetes.io/hostname: $node }
      terminationGracePeriodSeconds: 0
      containers:
        - { name: app, image: 'busybox:1.28', imagePullPolicy: IfNotPresent, command: [sleep, '1000000'] }
YAML

echo "fact node $node"
kubectl -n ipam-05 get pods -l "app=$LAB_APP" -o jsonpath='{range .items[*]}fact resident {.status.podIP}{"\n"}{end}' | sort

for _ in $(seq 60); do
  refused=$(kubectl -n ipam-05 get events --field-selector reason=FailedCreatePodSandBox \
    -o jsonpath='{range .items[*]}{.involvedObject.name} {.message}{"\n"}{end}' |
    awk '/no IP addresses available/ { print $1 }' | sort -u | wc -l)
  if [ "$refused" -ge 2 ]; then exit 0; fi
  sleep 0.3
done
echo "the fault does not show: the pods of $LAB_NEXT should get no address on $node" >&2
exit 1
