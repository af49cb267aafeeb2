#!/bin/bash
# undo: takes away routes that were set by hand, and waits until the new agent has made its own.
set -eu

[ "$1" = undo ] || exit 0

# shellcheck source=/dev/null
. /run/flannel/subnet.env
others=$(kubectl get nodes -o jsonpath='{range .items[*]}{.spec.podCIDR}{"\n"}{end}' | grep -vxF "${FLANNEL_SUBNET%.*}.0/24")

# The agent may make its device anew at this moment; a route that goes with the old one is no longer there to be deleted.
drop() {
  if ! ip route delete "$1" dev "$2" && [ -n "$(ip route show exact "$1" dev "$2")" ]; then exit 1; fi
}
for range in $others; do
  ip -j route show exact "$range" |
    jq -r '.[].dev | select(. != "flannel.1" and (test("^if[0-9]+$") | not))' |
    while read -r device; do drop "$range" "$device"; done
done
if ip route show default | grep -q 'dev enp0s8'; then drop default enp0s8; fi
if [ -z "$(ip route show default)" ]; then ip route add default via 10.0.2.2 dev enp0s3; fi

for range in $others; do
  for _ in $(seq 60); do
    if [ -n "$(ip route show exact "$range" dev flannel.1)" ]; then break; fi
    sleep 0.5
  done
done
