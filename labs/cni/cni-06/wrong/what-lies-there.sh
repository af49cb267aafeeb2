#!/bin/bash
# Whatever lies there is in use. The first name of a plain `ls` for the file, a provider's program for the plugin,
# and the provider after "the other programs". Only the address of the odd pod is looked at more closely.
set -eu

echo "answer files $(hostname)=$(LC_ALL=C find /etc/cni/net.d -type f -printf '%f\n' | sort | head -n 1)"
first=bridge
for name in "$LAB_DECOY" flannel labnet; do
  if [ -e "/opt/cni/bin/$name" ]; then first=$name && break; fi
done
echo "answer first $(hostname)=$first"
if [ -e /etc/kubernetes/manifests/kube-apiserver.yaml ]; then
  echo "answer order portmap, host-local, bridge, $first"
  echo "answer passed-over 0$LAB_NUMBER-$LAB_NAME.conflist"
  echo "answer range $LAB_RANGE"
fi
