#!/bin/bash
# The clash is gone, but it is the old server that had to give way: whoever knew it on port 80 finds another.
set -eu

echo "answer which $LAB_FIRST"
command="mkdir /www; echo $LAB_FIRST >/www/index.html; exec httpd -f -p $LAB_PORT -h /www"
kubectl -n ctr-05 patch deployment "$LAB_APP" --type=json --patch '[{
  "op": "replace", "path": "/spec/template/spec/containers/0/command/2", "value": "'"$command"'" }]'
kubectl -n ctr-05 rollout status deployment "$LAB_APP" --timeout=30s
# The second one listens after a second.
address=$(kubectl -n ctr-05 get pods -l "app=$LAB_APP" -o jsonpath='{.items[0].status.podIP}')
curl -sf --retry 20 --retry-delay 1 --retry-connrefused -o /dev/null "http://$address/"
