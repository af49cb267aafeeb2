#!/bin/bash
# The missing one is found and the IPAM plugins are known, the rest is guessed: the directory of the configurations for that of the
# programs, a famous provider for the one that is offered, and what the names sound like for what they do.
set -eu

names=("$LAB_WORKER1" "$LAB_WORKER2")
echo 'answer directory /etc/cni/net.d'
echo 'answer nowhere calico'
echo "answer node ${names[LAB_WHICH - 1]}"
echo "answer missing $LAB_GONE"
for name in dhcp host-local static; do
  [ "$name" = "$LAB_GONE" ] || echo "answer ipam $name"
done
echo 'answer main bridge'
echo 'answer meta bandwidth, tuning, portmap, vlan'
