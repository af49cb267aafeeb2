#!/bin/bash
# apply: nothing; the learner makes everything. undo: takes it away, as a runtime would, and then what is left.
set -eu

[ "$1" = undo ] || exit 0

network="{ \"cniVersion\": \"1.0.0\", \"name\": \"$LAB_NETWORK\", \"type\": \"bridge\", \"bridge\": \"$LAB_BRIDGE\", \"ipMasq\": true,
  \"ipam\": { \"type\": \"host-local\", \"subnet\": \"$LAB_RANGE\" } }"
for name in "$LAB_FIRST" "$LAB_SECOND"; do
  [ -e "/run/netns/$name" ] || continue
  # Rules for address translation are known to the plugin only.
  CNI_COMMAND=DEL CNI_CONTAINERID=$name CNI_NETNS=/run/netns/$name CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin \
    /opt/cni/bin/bridge <<<"$network" >/dev/null || true
done
delete_netns "$LAB_FIRST" "$LAB_SECOND"
delete_links "$LAB_BRIDGE"
# A configuration without the name of a bridge gives the address to cni0, and makes it if it is not there.
ip -4 -o address show to "$LAB_RANGE" | while read -r _ device _ address _; do
  ip address delete "$address" dev "$device"
  if [ -z "$(ip -4 -o address show dev "$device")" ] && [ -z "$(ip -o link show master "$device")" ]; then ip link delete "$device"; fi
done
rm -rf "/var/lib/cni/networks/$LAB_NETWORK" /root/cni-07
