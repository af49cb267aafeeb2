#!/bin/bash
# The partner is not asked for the address that it sees; this node's list of connections has it, as the address to
# which the answers come.
set -eu

partner=$(kubectl -n pod-05 get endpointslice partner -o jsonpath='{.endpoints[0].addresses[0]}')

if [ -n "$(ip -4 -o address show to "$LAB_WORKER1_ADDRESS")" ]; then
  node=$LAB_WORKER1 caller=caller-1
else
  node=$LAB_WORKER2 caller=caller-2
fi
address=$(kubectl -n pod-05 get pod "$caller" -o jsonpath='{.status.podIP}')

kubectl -n pod-05 exec "$caller" -- curl -s "http://$partner:$LAB_PORT/" >/dev/null
entry=$(conntrack -L -p tcp -s "$address" -d "$partner" 2>/dev/null | head -n 1)
echo "answer outside $node=$(grep -oE 'dst=[0-9.]+' <<<"$entry" | tail -n 1 | cut -d = -f 2)"

if [ "$node" = "$LAB_WORKER1" ]; then
  echo "answer node $(ip -j route get "$partner" | jq -r '.[0].prefsrc')"
fi

# Of all that call the partner, the one that is of the crowd.
callers=$(conntrack -L -p tcp -d "$partner" 2>/dev/null | grep -oE '\bsrc=[0-9.]+' | sort -u | cut -d = -f 2)
kubectl -n pod-05 get pods -l "app=$LAB_CROWD" -o json |
  jq -r '.items[] | "\(.status.podIP) \(.metadata.name)"' |
  while read -r address name; do
    if grep -qxF "$address" <<<"$callers"; then echo "answer culprit $name"; fi
  done
