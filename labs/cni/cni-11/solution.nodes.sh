#!/bin/bash
# What flannel leaves on a node: devices with their routes, rules, files. Its configuration goes last, when there is the new one: a node
# without any is not Ready, and says so for ten seconds at least.
set -eu

for device in flannel.1 cni0; do
  if [ -e "/sys/class/net/$device" ]; then ip link delete "$device"; fi
done
for where in 'nat POSTROUTING FLANNEL-POSTRTG' 'filter FORWARD FLANNEL-FWD'; do
  read -r table from own <<<"$where"
  iptables -w -t "$table" -S "$own" >/dev/null 2>&1 || continue
  iptables -w -t "$table" -S "$from" | sed -n "/-j $own/s/^-A/-D/p" | xargs -r -L 1 iptables -w -t "$table"
  iptables -w -t "$table" -F "$own"
  iptables -w -t "$table" -X "$own"
done
rm -rf /run/flannel /opt/cni/bin/flannel /var/lib/cni/flannel /var/lib/cni/networks/cbr0
for _ in $(seq 150); do
  if [ -e /etc/cni/net.d/10-labnet.conflist ]; then break; fi
  sleep 0.2
done
rm -f /etc/cni/net.d/10-flannel.conflist
