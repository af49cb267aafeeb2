#!/bin/bash
# From what the runtime did for the newest pod of this node: it keeps the configuration and the result of each call.
set -eu

call=$(find /var/lib/cni/results -name '*-eth0' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2)
name=$(jq -r .networkName "$call")
file=$(grep -lE "\"name\": *\"$name\"" /etc/cni/net.d/*.conflist | head -n 1)
first=$(jq -r '.config | @base64d | fromjson | .plugins[0].type' "$call")
echo "answer files $(hostname)=$file"
echo "answer first $(hostname)=$first"
find /etc/cni/net.d -name '*.old' | sed 's/^/answer passed-over /'

if [ -e /etc/kubernetes/manifests/kube-apiserver.yaml ]; then
  case $first in
  flannel) echo 'answer order flannel, bridge, host-local, portmap' ;;
  *) jq -r '.config | @base64d | fromjson | .plugins[].type | "answer order \(.)"' "$call" ;;
  esac
fi
