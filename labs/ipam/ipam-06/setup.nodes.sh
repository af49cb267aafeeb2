#!/bin/bash
# apply, on one worker: the lease file of another node, and a bridge that has no address yet, as after a power cut. Both nodes
# shall give the same address next.
# undo, on all nodes: each file as the agent would write it, and the bridge with the address that goes with it.
set -eu

file=/run/flannel/subnet.env

case $LAB_VICTIM in
worker1) victim=$LAB_WORKER1_ADDRESS other=$LAB_WORKER2 other_address=$LAB_WORKER2_ADDRESS ;;
*) victim=$LAB_WORKER2_ADDRESS other=$LAB_WORKER1 other_address=$LAB_WORKER1_ADDRESS ;;
esac
case $LAB_SOURCE in
control-plane) source=$LAB_CONTROL_PLANE source_address=$LAB_CONTROL_PLANE_ADDRESS ;;
*) source=$other source_address=$other_address ;;
esac

here() { [ -n "$(ip -4 -o address show to "$1")" ]; }

# The first address of a node's range, with the prefix: 10.244.1.0/24 -> 10.244.1.1/24
gateway_of() {
  local range network
  range=$(kubectl get node "$1" -o jsonpath='{.spec.podCIDR}')
  network=${range%/*}
  echo "${network%.*}.$((${network##*.} + 1))/${range#*/}"
}

write() {
  sed "s|^FLANNEL_SUBNET=.*|FLANNEL_SUBNET=$1|" "$file" >"$file.new"
  mv "$file.new" "$file"
}

case $1 in
apply)
  if ! here "$victim" && ! here "$source_address"; then exit 0; fi
  if [ -n "$(kubectl -n ipam-06 get daemonsets -o name)" ]; then exit 0; fi # set up already
  copied=$(gateway_of "$source")
  if here "$victim"; then
    write "$copied"
    if ip link show cni0 >/dev/null 2>&1; then ip -4 address flush dev cni0; fi
  fi
  mkdir -p /var/lib/cni/networks/cbr0
  printf '%s' "${copied%.*}.$((LAB_OFFSET - 1))" >/var/lib/cni/networks/cbr0/last_reserved_ip.0
  ;;
undo)
  own=$(gateway_of "$(hostname)")
  if ! grep -qxF "FLANNEL_SUBNET=$own" "$file"; then write "$own"; fi
  if ! ip link show cni0 >/dev/null 2>&1; then exit 0; fi
  if [ "$(ip -j -4 address show dev cni0 | jq -r '[.[].addr_info[]? | "\(.local)/\(.prefixlen)"] | join(" ")')" != "$own" ]; then
    ip -4 address flush dev cni0
    ip address add "$own" brd + dev cni0
  fi
  ;;
esac
