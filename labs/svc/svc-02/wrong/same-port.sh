#!/bin/bash
# Without --target-port the Service sends to its own port, and no web server listens there.
set -eu

kubectl -n svc-02 expose deployment "$LAB_APP" --name="$LAB_SERVICE" --port="$LAB_PORT"
echo "answer cluster-ip $(kubectl -n svc-02 get service "$LAB_SERVICE" -o jsonpath='{.spec.clusterIP}')"
for address in $(kubectl -n svc-02 get pods -l "app=$LAB_APP,tier=web" -o jsonpath='{.items[*].status.podIP}'); do
  echo "answer endpoints $address"
done
