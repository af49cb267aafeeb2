#!/bin/bash
# The control plane is looked at with care, and its configuration is taken for everybody's.
set -eu

cd /etc/cni/net.d
file=$(find . -name '*.conflist' -printf '%f\n' | sort | head -n 1)
for node in "$LAB_CONTROL_PLANE" "$LAB_WORKER1" "$LAB_WORKER2"; do
  echo "answer files $node=$file"
  echo "answer first $node=$(jq -r '.plugins[0].type' "$file")"
done
if [ "$file" = 10-flannel.conflist ]; then
  echo 'answer order flannel, bridge, host-local, portmap'
else
  jq -r '.plugins[].type | "answer order \(.)"' "$file"
fi
echo "answer passed-over 0$LAB_NUMBER-$LAB_NAME.conflist"
echo "answer range $LAB_POD_SUBNET"
