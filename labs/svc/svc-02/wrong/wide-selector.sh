#!/bin/bash
# `create service` selects by the label app alone, and the test pod carries that one too.
set -eu

kubectl -n svc-02 create service clusterip "$LAB_SERVICE" --tcp="$LAB_PORT:80"
kubectl -n svc-02 set selector service "$LAB_SERVICE" "app=$LAB_APP"
echo "answer cluster-ip $(kubectl -n svc-02 get service "$LAB_SERVICE" -o jsonpath='{.spec.clusterIP}')"
for address in $(kubectl -n svc-02 get pods -l "app=$LAB_APP,tier=web" -o jsonpath='{.items[*].status.podIP}'); do
  echo "answer endpoints $address"
done

# Until kube-proxy's rules know of it. Before that, the packet leaves the node by the default route, and whoever is there may
# well answer.
address=$(kubectl -n svc-02 get service "$LAB_SERVICE" -o jsonpath='{.spec.clusterIP}')
curl -sf -o /dev/null --retry 20 --retry-all-errors --retry-delay 1 --max-time 1 "http://$address:$LAB_PORT/"
