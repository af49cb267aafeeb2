#!/bin/bash
# undo: nothing of either network on this node. A configuration that does nothing takes their place, so that pods can end and the
# node stays Ready; the new flannel's has a name that goes before it.
set -eu

[ "$1" = undo ] || exit 0

echo '{ "cniVersion": "1.0.0", "name": "lab-teardown", "plugins": [{ "type": "loopback" }] }' \
  >/etc/cni/net.d/99-lab-teardown.conflist
rm -rf /etc/cni/net.d/10-labnet.conflist /opt/cni/bin/labnet /run/labnet
rm -rf /etc/cni/net.d/10-flannel.conflist /run/flannel /var/lib/cni/flannel /var/lib/cni/networks/cbr0
rm -f /var/lib/cni/results/cbr0-* /var/lib/cni/results/labnet-*
# The pods' ends, too: a pod that is gone may still hold its cable, by a connection that nobody closes any more.
ends=$(ip -o link show type veth | grep -E ': veth[0-9a-f]{8}@|alias labnet:' | awk -F '[:@ ]+' '{ print $2 }')
# shellcheck disable=SC2086 # names of links have no spaces
delete_links cni0 flannel.1 labnet0 labnet.1 $ends
ip route flush root "$LAB_POD_SUBNET" scope global
for table in 'ip labnet_nat' 'inet labnet_policy'; do
  printf 'add table %s\ndelete table %s\n' "$table" "$table" | nft -f -
done
