#!/bin/bash
# On the node of near: the device by which the node reaches its own pods is the one that the pods know as gateway.
set -eu

near=$(kubectl -n ipam-03 get pod near -o json)
[ "$(hostname)" = "$(jq -r .spec.nodeName <<<"$near")" ] || exit 0
echo "answer owner $(ip -j route get "$(jq -r .status.podIP <<<"$near")" | jq -r '.[0].dev')"
