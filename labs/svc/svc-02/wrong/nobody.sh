#!/bin/bash
# A selector that no pod carries: the Service exists and leads nowhere.
set -eu

kubectl -n svc-02 create service clusterip "$LAB_SERVICE" --tcp="$LAB_PORT:80"
echo "answer cluster-ip $(kubectl -n svc-02 get service "$LAB_SERVICE" -o jsonpath='{.spec.clusterIP}')"
