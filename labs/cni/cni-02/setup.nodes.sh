#!/bin/bash
# undo: what flannel leaves behind on a node after its objects are deleted.
set -eu

[ "$1" = undo ] || exit 0
rm -f /etc/cni/net.d/*flannel*
rm -rf /run/flannel /var/lib/cni/flannel /var/lib/cni/networks/cbr0
delete_links flannel.1 cni0
for where in 'nat POSTROUTING FLANNEL-POSTRTG' 'filter FORWARD FLANNEL-FWD'; do
  read -r table from own <<<"$where"
  iptables -w -t "$table" -S "$own" >/dev/null 2>&1 || continue
  iptables -w -t "$table" -S "$from" | sed -n "/-j $own/s/^-A/-D/p" | xargs -r -L 1 iptables -w -t "$table"
  iptables -w -t "$table" -F "$own"
  iptables -w -t "$table" -X "$own"
done
