#!/bin/bash
# The learner makes everything: apply begins with nothing, and undo leaves nothing.
set -eu

remove() {
  for name in red blue; do
    [ -e "/run/netns/$name" ] || continue
    ip netns pids "$name" | xargs -r kill -KILL || true
    # A namespace dies in its own time; a cable that is pulled is gone at once, with both ends.
    for link in $(ip -j -n "$name" link show type veth | jq -r '.[].ifname // empty'); do
      ip -n "$name" link delete dev "$link" 2>/dev/null || true
    done
    ip netns delete "$name"
  done
  # Cables that were made and never plugged in: both ends are still here.
  for link in $(ip -j link show type veth | jq -r '.[] | select(.ifname and .link_netnsid == null).ifname'); do
    ip link delete dev "$link" 2>/dev/null || true
  done
  if [ -e "/sys/class/net/$LAB_BRIDGE" ]; then ip link delete dev "$LAB_BRIDGE"; fi
}

case $1 in
apply | undo) remove ;;
esac
