#!/bin/bash
# Endpoints written by hand: right today, wrong after the next update.
set -eu

addresses=$(kubectl -n svc-02 get pods -l "app=$LAB_APP,tier=web" -o jsonpath='{.items[*].status.podIP}')
{
  cat <<YAML
apiVersion: v1
kind: Service
metadata: { name: $LAB_SERVICE, namespace: svc-02 }
spec:
  ports: [{ name: http, port: $LAB_PORT, targetPort: 80 }]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: $LAB_SERVICE-by-hand, namespace: svc-02, labels: { kubernetes.io/service-name: $LAB_SERVICE } }
addressType: IPv4
ports: [{ name: http, port: 80 }]
endpoints:
YAML
  for address in $addresses; do echo "  - { addresses: [$address] }"; done
} | kubectl apply -f -
for address in $addresses; do echo "answer endpoints $address"; done

# Until kube-proxy's rules know of it. Before that, the packet leaves the node by the default route, and whoever is there may
# well answer.
address=$(kubectl -n svc-02 get service "$LAB_SERVICE" -o jsonpath='{.spec.clusterIP}')
curl -sf -o /dev/null --retry 20 --retry-all-errors --retry-delay 1 --max-time 1 "http://$address:$LAB_PORT/"
