#!/bin/bash
# undo: takes the learner's network off a node, whatever it was made of.
set -eu

[ "$1" = undo ] || exit 0

rm -f /etc/cni/net.d/*.conf /etc/cni/net.d/*.conflist /etc/cni/net.d/*.json
rm -rf "/opt/cni/bin/${LAB_NETWORK:?}" "/var/lib/cni/networks/${LAB_NETWORK:?}"
rmdir /var/lib/cni/networks 2>/dev/null || true
# What the runtime remembers of pods that are gone.
rm -f /var/lib/cni/results/*

# Bridges and pods' ends, these also by what they hang on or how they are called: a pod that is gone may still hold its cable, by a
# connection that nobody closes any more. With the devices go the routes to their range.
devices="$LAB_BRIDGE $(ip -4 -o address show to "$LAB_POD_SUBNET" | awk '{ print $2 }' | sort -u)"
for device in $devices; do
  if [ -e "/sys/class/net/$device/bridge" ]; then devices+=" $(ls "/sys/class/net/$device/brif")"; fi
done
devices+=" $(ip -o link show type veth | grep -E ': veth[0-9a-f]{8}@' | awk -F '[:@ ]+' '{ print $2 }')"
# shellcheck disable=SC2086 # names of links have no spaces
delete_links $devices
ip route flush root "$LAB_POD_SUBNET"

# Address translation: what plugins make for their pods, and a rule of one's own for the way out.
ranges="$LAB_POD_SUBNET $(kubectl get nodes -o jsonpath='{.items[*].spec.podCIDR}')"
# shellcheck disable=SC2016 # awk's own $
iptables-save -t nat | awk -v ranges="$ranges" '
  BEGIN { for (n = split(ranges, range, " "); n > 0; n--) own[range[n]] = 1 }
  /^:CNI-/ { chain = substr($1, 2); flush = flush "-F " chain "\n"; drop = drop "-X " chain "\n" }
  /^-A/ && $2 !~ /^CNI-/ {
    for (i = 3; i < NF; i++) {
      if ($i ~ /^-[jg]$/ && $(i + 1) ~ /^CNI-/ || $2 == "POSTROUTING" && $i == "-s" && $(i + 1) in own) {
        rules = rules "-D" substr($0, 3) "\n"
        break
      }
    }
  }
  END { printf "*nat\n%s%s%sCOMMIT\n", rules, flush, drop }
' | iptables-restore --noflush
for table in 'inet cni_plugins_masquerade' 'ip cni_hostport'; do
  printf 'add table %s\ndelete table %s\n' "$table" "$table" | nft -f -
done

# A kubelet reports every ten seconds, but at once when its node was not Ready at its start and becomes so. What it would say soon is
# said for it while it is stopped.
systemctl stop kubelet
kubectl patch node "$(hostname)" --subresource=status --patch \
  '{ "status": { "conditions": [{ "type": "Ready", "status": "False", "reason": "KubeletNotReady", "message": "no pod network" }] } }'
systemctl start kubelet
