#!/bin/bash
# undo: what flannel leaves behind on a node after its objects are deleted.
set -eu

[ "$1" = undo ] || exit 0
rm -f /etc/cni/net.d/*flannel*
rm -rf /run/flannel /var/lib/cni/flannel /var/lib/cni/networks/cbr0
for device in flannel.1 cni0; do
  if [ -e "/sys/class/net/$device" ]; then ip link delete "$device"; fi
done
