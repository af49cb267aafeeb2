#!/bin/bash
# apply: a switch with an address, and an address behind it.
set -eu

case $1 in
apply)
  [ -e "/sys/class/net/$LAB_BRIDGE" ] || ip link add "$LAB_BRIDGE" type bridge
  ip address replace "$LAB_GATEWAY/24" dev "$LAB_BRIDGE"
  ip address replace "$LAB_FAR/32" dev "$LAB_BRIDGE"
  ip link set "$LAB_BRIDGE" up
  ;;
undo)
  pid=$(docker inspect --format '{{.State.Pid}}' "$LAB_NAME" 2>/dev/null || echo 0)
  # Whoever gave the container's namespace a name keeps it alive by that.
  if [ "$pid" -gt 0 ]; then
    for name in $(ip netns identify "$pid"); do ip netns delete "$name"; done
  fi
  rm -f "/run/netns/$LAB_NAME" 2>/dev/null || ip netns delete "$LAB_NAME"
  docker ps --all --quiet --filter "name=^/$LAB_NAME\$" | xargs -r docker rm --force >/dev/null
  for port in "/sys/class/net/$LAB_BRIDGE/brif"/*; do delete_links "${port##*/}"; done
  # The cable may never have been plugged in.
  delete_links "$LAB_BRIDGE" "$LAB_CABLE"
  ;;
esac
