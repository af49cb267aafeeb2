#!/bin/bash
# apply: what a pod network that was tried and given up leaves behind. Its name sorts behind the one that is in use, so
# the container runtime never reads it.
set -eu

file=/etc/cni/net.d/$LAB_NUMBER-$LAB_LEFTOVER.conflist
program=/opt/cni/bin/$LAB_LEFTOVER

case $1 in
apply)
  # In mode vpc, labnet has no bridge.
  if [ -e /etc/cni/net.d/10-labnet.conflist ] && ! ip link show labnet0 >/dev/null; then
    echo 'this exercise is about a pod network with a bridge; labnet runs in another mode, see lab.yaml' >&2
    exit 1
  fi
  printf '#!/bin/sh\nexit 1\n' >"$program"
  chmod 0755 "$program"
  cat >"$file" <<JSON
{
  "cniVersion": "0.3.1",
  "name": "$LAB_LEFTOVER",
  "plugins": [{ "type": "$LAB_LEFTOVER" }]
}
JSON
  ;;
undo)
  rm -f "$file" "$program"
  ;;
esac
