#!/bin/bash
# undo: once flannel serves on this node, the configuration that stood in for it goes, and what labnet's plugin has noted of pods that
# ended without its agent.
set -eu

[ "$1" = undo ] || exit 0
for _ in $(seq 100); do
  if [ -e /run/flannel/subnet.env ] && [ -e /etc/cni/net.d/10-flannel.conflist ]; then
    rm -rf /etc/cni/net.d/99-lab-teardown.conflist /run/labnet
    exit 0
  fi
  sleep 0.2
done
echo "flannel does not serve on $(hostname)" >&2
exit 1
