#!/bin/bash
# `expose` takes over the whole selector of the Deployment. The addresses are read from the pods, the checks read the slices.
set -eu

kubectl -n svc-02 expose deployment "$LAB_APP" --name="$LAB_SERVICE" --port="$LAB_PORT" --target-port=80
echo "answer cluster-ip $(kubectl -n svc-02 get service "$LAB_SERVICE" -o jsonpath='{.spec.clusterIP}')"
for address in $(kubectl -n svc-02 get pods -l "app=$LAB_APP,tier=web" -o jsonpath='{.items[*].status.podIP}'); do
  echo "answer endpoints $address"
done

# Until kube-proxy's rules know of it.
for _ in $(seq 20); do
  if curl -s --max-time 1 -o /dev/null "http://$(kubectl -n svc-02 get service "$LAB_SERVICE" -o jsonpath='{.spec.clusterIP}'):$LAB_PORT/"; then break; fi
  sleep 0.5
done
